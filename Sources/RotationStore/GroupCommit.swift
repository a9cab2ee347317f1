import RotationCore
import SQLite
import Synchronization

/// The two databases, as their one owner has them.
struct Files {
    let ledger: Ledger
    let vault: CandidateVault
    /// What a test does between the steps of a commit.
    var hooks: (any CommitHooks)?
}

/// Something that is to be written to a database together with what others write.
protocol BatchMember: Sendable {
    /// What a test knows it by.
    var tag: (any Sendable)? { get }
    /// About how many bytes it writes: a batch is bounded by them, too.
    var weight: Int { get }
    /// Writes it, in a savepoint of the batch's transaction; twice where the batch is repeated.
    ///
    /// - Throws: What concerns the whole batch; what concerns this member alone is its own result. `SavepointMissing` where
    ///   the batch is to be repeated.
    func write(in connection: Connection, _ files: Files) throws
    /// The batch has failed: nothing of it may be relied upon.
    func fail(_ error: any Error)
}

/// A change that waits for its batch, and then for who asked for it.
final class Change<T: Sendable>: BatchMember {
    private let body: @Sendable (Files) throws -> T
    private let outcome = Mutex<Result<T, any Error>?>(nil)
    let tag: (any Sendable)?
    let weight: Int

    /// - Parameter weight: About how many bytes it writes; the default is that of a rotation's rows and entries.
    init(
        tag: (any Sendable)? = nil,
        weight: Int = GroupCommit.usualWeight,
        _ body: @escaping @Sendable (Files) throws -> T
    ) {
        (self.tag, self.weight, self.body) = (tag, weight, body)
    }

    func write(in connection: Connection, _ files: Files) throws {
        let place = files.ledger.recorder.place
        do {
            let result = try connection.savepoint {
                try files.hooks?.reached(.writing(tag), in: connection)
                let result = try body(files)
                try files.hooks?.reached(.written(tag, result: result), in: connection)
                return result
            }
            outcome.withLock { $0 = .success(result) }
        } catch let lost as SavepointLost {
            throw lost.cause
        } catch let missing as SavepointMissing {
            if let cause = missing.cause, Self.concernsBatch(cause) { throw cause }
            throw missing
        } catch  where Self.concernsBatch(error) {
            throw error
        } catch {
            files.ledger.recorder.takeBack(to: place)
            try files.hooks?.reached(.refused(tag, error), in: connection)
            outcome.withLock { $0 = .failure(error) }
        }
    }

    /// Whether no further statement may run: the database itself has failed, or this process is not its writer any more.
    ///
    /// What a constraint or a refusal of our own says, and a row that can't be decoded, is the member's.
    private static func concernsBatch(_ error: any Error) -> Bool {
        switch error {
        case let error as SQLiteError: ![.constraint, .mismatch].contains(error.code)
        case is FenceLost, is StorageReplaced, is StorageLocked, is HistoryAltered: true
        default: false
        }
    }

    func fail(_ error: any Error) {
        outcome.withLock { $0 = .failure(error) }
    }

    /// The result; nil while the batch has not been committed.
    var result: Result<T, any Error>? { outcome.withLock { $0 } }

    /// The result after the batch was committed.
    ///
    /// - Throws: Why it was not written; ``Unsettled`` where no batch has had it, which would be a defect.
    var settled: T {
        get throws {
            guard let result else { throw Unsettled() }
            return try result.get()
        }
    }
}

/// A change that no batch has had: a defect of the program.
struct Unsettled: Error {}

/// Changes of one database that wait for the next commit.
///
/// A batch is what arrived while the last commit ran: there is no timer, and a lone change waits for no other. One caller at a
/// time leads: it commits for all, and the others wait without a call of the database's queue.
final class GroupCommit: Sendable {
    /// How many changes share a commit at most.
    static let limit = 256
    /// How many bytes they write at most, but for a single change that writes more.
    static let weightLimit = 1 << 20
    /// What a rotation's row, its schedule's and two entries take.
    static let usualWeight = 2048

    /// What a caller finds after it has added its change.
    enum Turn {
        /// Its change is settled.
        case settled
        /// It is to commit the next batch, in which its change is.
        case lead
    }

    private struct Waiter {
        let member: any BatchMember
        /// Whom to tell; nil for the one who leads.
        var continuation: CheckedContinuation<Turn, Never>?
    }

    private struct State {
        var waiting: [Waiter] = []
        var isLed = false
    }

    private let state = Mutex(State())
    private let hooks: (any CommitHooks)?

    init(hooks: (any CommitHooks)? = nil) {
        self.hooks = hooks
    }

    /// How many changes wait.
    var count: Int { state.withLock { $0.waiting.count } }

    /// Adds a change to the next batch, and waits until it is settled, or until its caller is to commit.
    func join(_ member: any BatchMember) async -> Turn {
        let turn = await untilTurn(member)
        if turn == .lead { await hooks?.gather() }
        return turn
    }

    private func untilTurn(_ member: any BatchMember) async -> Turn {
        await withCheckedContinuation { continuation in
            let leads = state.withLock { state in
                let leads = !state.isLed
                state.isLed = true
                state.waiting.append(Waiter(member: member, continuation: leads ? nil : continuation))
                return leads
            }
            if leads { continuation.resume(returning: .lead) }
        }
    }

    /// Commits the next batch, in the order in which it was asked for, and hands the lead on.
    ///
    /// - Parameter commit: Settles each member.
    func lead(_ commit: ([any BatchMember]) -> Void) {
        let batch = state.withLock { state in
            let size = hooks?.size(waiting: state.waiting.count) ?? Self.limit
            let batch = Array(state.waiting.prefix(min(size, Self.fitting(state.waiting))))
            state.waiting.removeFirst(batch.count)
            return batch
        }
        commit(batch.map(\.member))
        for waiter in batch { waiter.continuation?.resume(returning: .settled) }
        let next = state.withLock { state in
            state.isLed = !state.waiting.isEmpty
            guard state.isLed else { return nil as CheckedContinuation<Turn, Never>? }
            defer { state.waiting[0].continuation = nil }
            return state.waiting[0].continuation
        }
        next?.resume(returning: .lead)
    }

    /// How many of the waiting changes fit into a batch: one at least.
    private static func fitting(_ waiting: [Waiter]) -> Int {
        var (count, weight) = (0, 0)
        for waiter in waiting.prefix(limit) {
            weight += waiter.member.weight
            if weight > weightLimit, count > 0 { break }
            count += 1
        }
        return count
    }
}
