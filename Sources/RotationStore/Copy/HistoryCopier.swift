package import RotationCore
import SQLite
package import Scheduling
import Synchronization

/// Keeps the auditors' copy of the history up to date: at most two seconds behind while it runs.
///
/// It learns from the stream what was committed, and reads those rows through a connection of its own: the daemon never waits
/// for it, and whatever becomes of the copy, rotations go on. While nothing is committed, it sleeps.
///
/// Its memory is bounded, however large the history is and however much has changed; it works in short steps, between which it
/// looks whether it is to end, and whether the disk has room left for the database.
package actor HistoryCopier {
    private let executor = DatabaseExecutor(label: "secret-rotator.copy")
    private let database: String
    private let stream: CommitStream
    private let clock: any Clock
    private let isInPlace: @Sendable () -> Bool
    private let lastTurn: Duration
    private let pause: @Sendable (Duration) async -> Void
    private let problem = Mutex<Problem?>(nil)

    private var files: CopyFiles
    /// What the file that is read lacks, as far as it was known when the present turn began.
    private var scope = CopyScope.wide
    /// What was committed since.
    private var incoming = CopyScope()
    /// What the older file lacks beside that.
    private var olderScope = CopyScope.wide
    private var position: Int64
    /// When a turn must be over, on the clock that nobody can set; nil while nobody waits for its end.
    private var deadline: Duration?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Commits are collected each time after this long, as the stream keeps about a second of them at full load.
    package static let slice = Duration.milliseconds(250)
    /// Commits of so many slices share a turn.
    package static let slices = 4
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
    ///   - isInPlace: Whether the original's path leads to the file that the daemon has open: while it does not, nothing is
    ///     copied, and that is the storage's problem.
    ///   - space: What the file system of a path has left.
    ///   - lastTurn: How long it goes on after its task was cancelled; what is not whole by then is discarded.
    ///   - pause: Waits, or returns when its task is cancelled.
    package init(
        of database: String,
        stream: CommitStream,
        clock: any Clock,
        isInPlace: @escaping @Sendable () -> Bool = { true },
        space: @escaping @Sendable (String) -> DiskSpace? = { DiskSpace(of: $0) },
        lastTurn: Duration = .seconds(5),
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        (self.database, self.stream, self.clock, self.pause) = (database, stream, clock, pause)
        (self.isInPlace, self.lastTurn) = (isInPlace, lastTurn)
        position = stream.position
        files = CopyFiles(HistoryCopy(of: database), space: space)
    }

    /// What keeps the copy from being up to date; nil for nothing.
    package nonisolated var trouble: Problem? { problem.withLock { $0 } }

    /// Keeps the copy up to date until its task is cancelled or the stream ends, and once more then.
    package func run() async {
        var isOver = false
        while true {
            collect()
            let isUpToDate = bringUpToDate()
            if isOver { return }
            if !isUpToDate {
                await pause(Self.retry)
            } else {
                isOver = await !waitForCommit()
                if !isOver { await collectForAnInterval() }
            }
            isOver = isOver || Task.isCancelled
        }
    }

    /// Returns once something is committed that no turn has written.
    ///
    /// - Returns: false where nothing will be.
    private func waitForCommit() async -> Bool {
        // It was collected during the last turn.
        guard incoming.isEmpty else { return true }
        return switch await stream.next(after: position) {
        case .ended: false
        case .commits, .readAgain: true
        }
    }

    private func collectForAnInterval() async {
        for _ in 0..<Self.slices where !Task.isCancelled {
            await pause(Self.slice)
            collect()
        }
    }

    /// Takes in what was committed until now.
    package func collect() {
        switch stream.nextNow(after: position) {
        case .commits(let commits)?:
            for commit in commits { incoming.add(commit.changes) }
            position = commits.last?.number ?? position
        case .readAgain?:
            position = stream.position
            incoming.add(.wide)
        case .ended?, nil: break
        }
    }

    // MARK: A turn

    /// Writes what the copy lacks, and has readers find it; what can't be written now is written by a later turn.
    ///
    /// - Returns: Whether it lacks nothing.
    @discardableResult
    package func bringUpToDate() -> Bool {
        scope.add(incoming)
        incoming = CopyScope()
        guard !scope.isEmpty else { return true }
        do {
            guard isInPlace() else { throw OriginalAway() }
            // Whose folder it was, and what its file lacks, is not known.
            if try files.open() { scope.add(.wide) }
            try writeDraft()
            // Once more after all was read: what is read now may have been another file's.
            guard isInPlace() else { throw OriginalAway() }
            try checkTime()
            try files.publish()
            (olderScope, scope) = (scope, CopyScope())
            problem.withLock { $0 = nil }
            return true
        } catch {
            files.discardDraft()
            note(error)
            return false
        }
    }

    /// Writes what the copy lacks, for a command that waits for it.
    ///
    /// - Returns: Why it could not be written in that time; nil where it was.
    package func bringUpToDate(within limit: Duration) -> String? {
        deadline = clock.uptime + limit
        defer { deadline = nil }
        return bringUpToDate() ? nil : trouble?.text ?? "it would take too long"
    }

    /// Records why the copy is not up to date, except where the original is away or the task was cancelled.
    private func note(_ error: any Error) {
        let text = isInPlace() && !(error is OriginalAway) && !(error is CancellationError) ? "\(error)" : nil
        let now = clock.now
        problem.withLock { problem in problem = text.map { Problem(since: problem?.since ?? now, text: $0) } }
    }

    private func writeDraft() throws {
        let size = ["", "-wal"].reduce(0) { $0 + (CopyFiles.size(database + $1) ?? 0) }
        let content = try files.prepareDraft(ofSize: size, step: checkTime)
        do {
            switch content {
            case .older:
                var both = olderScope
                both.add(scope)
                try write(both)
            case .present: try write(scope)
            case .nothing: try write(nil)
            }
        } catch  where content != .nothing && Self.concernsContent(error) && isInPlace() {
            files.discardDraft()
            try files.checkSpace(for: size)
            try write(nil)
        }
    }

    private func write(_ scope: CopyScope?) throws {
        let draft = try CopyDraft(path: files.draft, original: database) { [self] in
            try checkTime()
            try files.checkSpace()
            collect()
        }
        defer { draft.close() }
        _ = try draft.bringUpToDate(scope, including: position, isInPlace: isInPlace, now: clock.now)
    }

    /// Throws `CancellationError` where nobody can wait for this turn any longer.
    private func checkTime() throws(CancellationError) {
        if deadline == nil, Task.isCancelled { deadline = clock.uptime + lastTurn }
        if let deadline, clock.uptime >= deadline { throw CancellationError() }
    }

    /// Whether what is in the draft was no older state of the history; else disk or original could not be used.
    private static func concernsContent(_ error: any Error) -> Bool {
        guard let error = error as? SQLiteError else { return error is CopyMismatch }
        return ![.full, .ioError, .cannotOpen, .busy, .readOnly].contains(error.code)
    }
}
