import RotationCore
import SQLite
import Synchronization

/// A second connection to the history for short reads, which need not wait for the writer's commits: WAL keeps the two apart.
///
/// Readers of a WAL wait for nobody but who has locked the whole file: such a one is waited for on the writer's queue, and
/// here for a moment only, as whoever reads here holds one of the few threads of Swift's pool.
///
/// Its guard is the mutex: the connection is used by one caller at a time.
final class HistoryReader: @unchecked Sendable {
    private let ledger: Ledger
    private let turn = Mutex(())
    /// In milliseconds.
    private static let busyTimeout: Int32 = 100

    init(path: String, origin: AuditOrigin, generators: any GeneratorRegistry) throws {
        ledger = try Ledger(
            path: path,
            origin: origin,
            mayMigrate: false,
            generators: generators,
            busyTimeout: Self.busyTimeout
        )
    }

    /// Reads what was committed last.
    ///
    /// - Throws: `StorageLocked` where another process has locked the file.
    func read<T>(_ body: (Ledger) throws -> T) throws -> T {
        do {
            return try turn.withLock { _ in try body(ledger) }
        } catch let error as SQLiteError where error.code == .busy {
            throw StorageLocked(path: ledger.connection.path)
        }
    }

    func close() {
        turn.withLock { _ in ledger.close() }
    }
}
