import ControlAPI
import Glibc
import RotationDaemon
import RotationStore

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
        return try History(path: configuration.database)
    }
}
