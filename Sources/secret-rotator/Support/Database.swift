import Foundation
import Glibc
import RotationDaemon
import RotationStore
import Scheduling

/// How commands come to the database until they speak to the daemon's control socket.
///
/// A running daemon holds the lock, and has migrated the database: the command writes a short transaction beside it and
/// wakes it. Without a daemon the command takes the lock itself.
enum Database {
    /// Opens the history for reading.
    static func read(_ configuration: Configuration) throws -> History {
        guard FileManager.default.fileExists(atPath: configuration.database) else {
            throw CommandFailure(
                status: .inputOutput,
                message: "\(configuration.database) does not exist yet: `schedule add` or the daemon creates it"
            )
        }
        return try History(path: configuration.database)
    }

    /// Makes a change, and wakes the daemon where one runs.
    ///
    /// - Returns: What the change answers, and whether a daemon runs.
    static func change<T>(
        _ configuration: Configuration,
        _ body: (Ledger) throws -> T
    ) async throws -> (result: T, daemon: DaemonLock.Holder?) {
        guard let lock = try await lockUnlessDaemonRuns(configuration.database) else {
            let ledger = try Ledger(path: configuration.database, origin: Host.origin(), mayMigrate: false)
            defer { ledger.close() }
            let result = try body(ledger)
            let holder = DaemonLock.holder(of: configuration.database)
            wake(holder)
            return (result, holder)
        }
        return try withExtendedLifetime(lock) {
            let ledger = try Ledger(path: configuration.database, origin: Host.origin(), mayMigrate: true)
            defer { ledger.close() }
            return (try body(ledger), nil)
        }
    }

    /// Takes the lock; nil where a daemon has it.
    ///
    /// Another command is waited for.
    private static func lockUnlessDaemonRuns(_ database: String) async throws -> DaemonLock? {
        for _ in 0..<100 {
            do throws(DaemonLock.Failure) {
                return try DaemonLock(database: database, role: .command)
            } catch {
                guard case .held(_, let holder) = error else { throw error }
                if holder.isDaemon && holder.role != .starting { return nil }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        throw CommandFailure(
            status: .timedOut,
            message: "\(database) is locked by another command or a starting daemon"
        )
    }

    /// Has the daemon look for work: URG, which a process that does not expect it ignores.
    private static func wake(_ holder: DaemonLock.Holder?) {
        guard let holder, holder.isDaemon, let pid = holder.pid else { return }
        kill(pid, SIGURG)
    }
}
