import RotationCore
import SQLite
import Synchronization

/// A second connection to the history for short reads, which need not wait for the writer's commits: WAL keeps the two apart.
///
/// Its guard is the mutex: the connection is used by one caller at a time.
final class HistoryReader: @unchecked Sendable {
    private let ledger: Ledger
    private let turn = Mutex(())

    init(path: String, origin: AuditOrigin, generators: any GeneratorRegistry) throws {
        ledger = try Ledger(path: path, origin: origin, mayMigrate: false, generators: generators)
    }

    /// Reads what was committed last.
    func read<T>(_ body: (Ledger) throws -> T) rethrows -> T {
        try turn.withLock { _ in try body(ledger) }
    }

    func close() {
        turn.withLock { _ in ledger.close() }
    }
}
