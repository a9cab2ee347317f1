import Glibc
package import RotationCore
import SQLite

extension History {
    /// Opens the copy of a history.
    ///
    /// - Throws: `SQLiteError`, or `Migrator.Failure` for a file that is newer, older or not ours.
    package init(copy: HistoryCopy, generators: any GeneratorRegistry) throws {
        let connection = try Connection(path: copy.path, mode: .readOnly)
        try HistoryCopy.migrator.verify(connection)
        self.init(connection: connection, generators: generators)
    }

    /// Opens the original for who may read it, else the copy.
    ///
    /// - Returns: Also how far the copy has come; nil for the original.
    /// - Throws: What opening the original throws, where the copy can't be read either.
    package static func readable(
        _ database: String,
        generators: any GeneratorRegistry
    ) throws -> (history: History, copy: HistoryCopy.Standing?) {
        let copy = HistoryCopy(of: database)
        guard access(database, R_OK) != 0, errno == EACCES, access(copy.path, R_OK) == 0 else {
            return (try History(path: database, generators: generators), nil)
        }
        let history = try History(copy: copy, generators: generators)
        return (history, try HistoryCopy.standing(in: history.connection))
    }
}
