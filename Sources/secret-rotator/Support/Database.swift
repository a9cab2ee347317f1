import ControlAPI
import Glibc
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling
import ValueGenerators

/// Opens the history for reading commands: read-only, whether a daemon runs or not.
enum Database {
    /// Opens the history: the original for its owner and root, otherwise the auditors' copy; then standard error says
    /// how far behind the copy is.
    ///
    /// - Parameter isQuiet: Whether to write nothing to standard error.
    static func read(_ configuration: Configuration, isQuiet: Bool = false) throws -> History {
        let copy = HistoryCopy(of: configuration.database)
        guard access(configuration.database, R_OK) == 0 || access(copy.path, R_OK) == 0 else {
            throw unreadable(configuration, copy)
        }
        let (history, standing) = try History.readable(configuration.database, generators: BuiltInGenerators())
        if let standing, !isQuiet { printError(words(standing, now: SystemClock().now) + "\n") }
        return history
    }

    private static func unreadable(_ configuration: Configuration, _ copy: HistoryCopy) -> ControlFailure {
        access(configuration.database, R_OK)
        guard errno == EACCES else {
            let reason =
                errno == ENOENT
                ? "does not exist yet: `schedule add` or the daemon creates it" : String(cString: strerror(errno))
            return ControlFailure(status: .inputOutput, message: "\(configuration.database): \(reason)")
        }
        let message =
            "only the owner may read \(configuration.database), and only its group \(copy.path): "
            + String(cString: strerror(EACCES))
        return ControlFailure(status: .notPermitted, message: message)
    }

    /// Says on standard error which entries are not in the database any more.
    static func noteArchive(_ history: History) throws {
        let last = try history.archived()
        if last > 0 { printError("entries 1 to \(last) were archived: audit list --event audit.archived says where\n") }
    }

    /// The copy's state: `history copy, complete up to entry 12 as of 2026-11-23T11:26:12.123Z (2s ago)`.
    private static func words(_ standing: HistoryCopy.Standing, now: Instant) -> String {
        // The age is not negative, even if the clock was set back.
        let age = Duration.seconds(max(0, standing.upToDateAt.duration(to: now).components.seconds))
        return "history copy, complete up to entry \(standing.head) as of \(standing.upToDateAt.rfc3339) "
            + "(\(DurationText.format(age)) ago)"
    }

    /// Reads from the history; nil if it does not exist yet.
    static func readIfThere<T>(_ configuration: Configuration, _ body: (History) throws -> T) throws -> T? {
        guard access(configuration.database, F_OK) == 0 || errno != ENOENT else { return nil }
        let history = try read(configuration)
        defer { history.close() }
        return try body(history)
    }
}
