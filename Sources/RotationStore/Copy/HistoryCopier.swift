package import RotationCore
import SQLite
package import Scheduling
import Synchronization

/// Keeps the auditors' copy of the history up to date: at most two seconds behind while it runs.
///
/// It learns from the stream what was committed, and reads those rows through a connection of its own: the daemon never waits
/// for it, and whatever becomes of the copy, rotations go on. While nothing is committed, it sleeps.
package actor HistoryCopier {
    private let executor = DatabaseExecutor(label: "secret-rotator.copy")
    private let database: String
    private let stream: CommitStream
    private let clock: any Clock
    private let pause: @Sendable (Duration) async -> Void
    private let problem = Mutex<Problem?>(nil)

    private var files: CopyFiles
    /// What the file that is read lacks, as far as is known.
    private var scope = CopyScope.wide
    /// What the older file lacks beside that.
    private var olderScope = CopyScope.wide
    private var position: Int64

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Commits of this long share a turn.
    package static let interval = Duration.seconds(1)
    /// How long after a failure the copy is tried again.
    package static let retry = Duration.seconds(10)

    /// Why the copy is not up to date.
    package struct Problem: Hashable, Sendable {
        package var since: Instant
        package var text: String
    }

    /// - Parameters:
    ///   - database: The original.
    ///   - stream: What is committed to it.
    ///   - pause: Waits, or returns when its task is cancelled.
    package init(
        of database: String,
        stream: CommitStream,
        clock: any Clock,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        (self.database, self.stream, self.clock, self.pause) = (database, stream, clock, pause)
        position = stream.position
        files = CopyFiles(HistoryCopy(of: database))
    }

    /// What keeps the copy from being up to date; nil for nothing.
    package nonisolated var trouble: Problem? { problem.withLock { $0 } }

    /// Keeps the copy up to date until its task is cancelled or the stream ends, and once more then.
    package func run() async {
        var isOver = false
        while true {
            await collect()
            bringUpToDate()
            if isOver { return }
            if trouble != nil {
                await pause(Self.retry)
            } else {
                isOver = await !waitForCommit()
                if !isOver { await pause(Self.interval) }
            }
            isOver = isOver || Task.isCancelled
        }
    }

    /// Returns once something is committed that was not collected.
    ///
    /// - Returns: false where nothing will be.
    private func waitForCommit() async -> Bool {
        switch await stream.next(after: position) {
        case .ended: false
        case .commits, .readAgain: true
        }
    }

    /// Takes in what was committed until now.
    package func collect() async {
        guard stream.position != position else { return }
        let (stream, position) = (stream, position)
        // There is something: it answers at once. A task of its own, as it answers nothing to one that was cancelled.
        let next = await Task(operation: { await stream.next(after: position) }).value
        switch next {
        case .commits(let commits):
            for commit in commits { scope.add(commit.changes) }
            self.position = commits.last?.number ?? position
        case .readAgain:
            self.position = stream.position
            scope.add(.wide)
        case .ended: break
        }
    }

    // MARK: A turn

    /// Writes what the copy lacks, and has readers find it; what can't be written now is written by a later turn.
    package func bringUpToDate() {
        guard !scope.isEmpty else { return }
        do {
            // Whose folder it was, and what its file lacks, is not known.
            if try files.open() { scope.add(.wide) }
            try writeDraft()
            try files.publish()
            (olderScope, scope) = (scope, CopyScope())
            problem.withLock { $0 = nil }
        } catch {
            files.discardDraft()
            let (now, text) = (clock.now, "\(error)")
            problem.withLock { $0 = Problem(since: $0?.since ?? now, text: text) }
        }
    }

    private func writeDraft() throws {
        let content = try files.prepareDraft()
        do {
            switch content {
            case .older:
                var both = olderScope
                both.add(scope)
                try write(both)
            case .present: try write(scope)
            case .nothing: try write(nil)
            }
        } catch  where content != .nothing && Self.concernsContent(error) {
            files.discardDraft()
            try write(nil)
        }
    }

    private func write(_ scope: CopyScope?) throws {
        let draft = try CopyDraft(path: files.draft, original: database)
        defer { draft.close() }
        _ = try draft.bringUpToDate(scope, now: clock.now)
    }

    /// Whether what is in the draft was no older state of the history; else disk or original could not be used.
    private static func concernsContent(_ error: any Error) -> Bool {
        guard let error = error as? SQLiteError else { return error is CopyMismatch }
        return ![.full, .ioError, .cannotOpen, .busy, .readOnly].contains(error.code)
    }
}
