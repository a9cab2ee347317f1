import RotationCore
import SQLite
import Synchronization

/// The two databases, as their one owner has them.
struct Files {
    let ledger: Ledger
    let vault: CandidateVault
}

/// Something that is to be written to a database together with what others write.
protocol BatchMember: Sendable {
    /// Writes it, in a savepoint of the batch's transaction.
    ///
    /// - Throws: What concerns the whole batch; what concerns this member alone is its own result.
    func write(in connection: Connection, _ files: Files) throws
    /// The batch has failed: nothing of it may be relied upon.
    func fail(_ error: any Error)
    /// Whether it has a result.
    var isSettled: Bool { get }
}

/// A change that waits for its batch, and then for who asked for it.
final class Change<T: Sendable>: BatchMember {
    private let body: @Sendable (Files) throws -> T
    private let outcome = Mutex<Result<T, any Error>?>(nil)

    init(_ body: @escaping @Sendable (Files) throws -> T) {
        self.body = body
    }

    func write(in connection: Connection, _ files: Files) throws {
        do {
            let result = try connection.savepoint { try body(files) }
            outcome.withLock { $0 = .success(result) }
        } catch let lost as SavepointLost {
            throw lost.cause
        } catch  where Self.concernsBatch(error) {
            throw error
        } catch {
            outcome.withLock { $0 = .failure(error) }
        }
    }

    /// Whether no further statement may run: the database itself has failed, or this process is not its writer any more.
    ///
    /// What a constraint or a refusal of our own says, and a row that can't be decoded, is the member's.
    private static func concernsBatch(_ error: any Error) -> Bool {
        switch error {
        case let error as SQLiteError: ![.constraint, .mismatch].contains(error.code)
        case is FenceLost, is StorageReplaced, is StorageLocked: true
        default: false
        }
    }

    func fail(_ error: any Error) {
        outcome.withLock { $0 = .failure(error) }
    }

    var isSettled: Bool { outcome.withLock { $0 != nil } }

    /// The result; nil while the batch has not been committed.
    var result: Result<T, any Error>? { outcome.withLock { $0 } }
}

/// Changes of one database that wait for the next commit.
///
/// A batch is what arrived while the last commit ran: there is no timer, and a lone change waits for no other.
final class GroupCommit: Sendable {
    /// How many changes share a commit at most.
    static let limit = 256

    private let waiting = Mutex<[any BatchMember]>([])

    /// Adds a change to the next batch.
    func add(_ member: any BatchMember) {
        waiting.withLock { $0.append(member) }
    }

    /// The next batch, in the order in which it was asked for.
    func next() -> [any BatchMember] {
        waiting.withLock { waiting in
            let batch = Array(waiting.prefix(Self.limit))
            waiting.removeFirst(batch.count)
            return batch
        }
    }
}
