import ControlAPI
import Glibc
import RotationConfiguration
import RotationDaemon
import RotationStore
import ValueGenerators

/// How reading commands come to the history: read-only, whether a daemon runs or not.
enum Database {
    /// Opens the history for reading.
    static func read(_ configuration: Configuration) throws -> History {
        guard access(configuration.database, R_OK) == 0 else {
            let code = errno
            let reason =
                code == ENOENT
                ? "does not exist yet: `schedule add` or the daemon creates it" : String(cString: strerror(code))
            throw ControlFailure(
                status: code == EACCES ? .notPermitted : .inputOutput,
                message: "\(configuration.database): \(reason)"
            )
        }
        return try History(path: configuration.database, generators: BuiltInGenerators())
    }

    /// Reads from the history; nil where there is none yet.
    static func readIfThere<T>(_ configuration: Configuration, _ body: (History) throws -> T) throws -> T? {
        guard access(configuration.database, F_OK) == 0 || errno != ENOENT else { return nil }
        let history = try read(configuration)
        defer { history.close() }
        return try body(history)
    }
}
