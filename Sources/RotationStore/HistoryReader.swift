import RotationCore
import SQLite
import Synchronization

/// A second connection to the history for short reads, which need not wait for the writer's commits: WAL keeps the two apart.
///
/// A reader of a WAL waits only where a program has locked the whole file. The wait here is short, as the caller blocks one of
/// the few threads of Swift's pool; the writer's queue waits longer.
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
