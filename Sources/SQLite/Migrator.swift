/// Brings a database's schema up to what the program needs, one numbered step after the other, forwards only.
///
/// The number of the last step stands in `PRAGMA user_version`, the kind of the database in `PRAGMA application_id`.
package struct Migrator: Sendable {
    /// Why a database can't be used.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// A newer version of the program wrote the file.
        case newerThanProgram(path: String, found: Int, supported: Int)
        /// The file is older than the program, and the caller may not migrate.
        case olderThanProgram(path: String, found: Int, needed: Int)
        /// The file is another program's database.
        case foreignDatabase(path: String)

        package var description: String {
            switch self {
            case .newerThanProgram(let path, let found, let supported):
                "\(path) has schema \(found), newer than this program's \(supported): install the version that wrote it"
            case .olderThanProgram(let path, let found, let needed):
                "\(path) has schema \(found), this program needs \(needed): start the daemon once to migrate it"
            case .foreignDatabase(let path):
                "\(path) is the database of another program: check the path"
            }
        }
    }

    /// What `PRAGMA application_id` must be.
    package var applicationID: Int32
    /// The steps' SQL; the first one makes version 1.
    ///
    /// Never change a step that was released: add one.
    package var steps: [String]

    package init(applicationID: Int32, steps: [String]) {
        self.applicationID = applicationID
        self.steps = steps
    }

    /// Tests that the file is ours and has exactly the program's schema.
    package func verify(_ connection: Connection) throws {
        let found = try version(of: connection)
        guard found <= steps.count else {
            throw Failure.newerThanProgram(path: connection.path, found: found, supported: steps.count)
        }
        guard found == steps.count else {
            throw Failure.olderThanProgram(path: connection.path, found: found, needed: steps.count)
        }
    }

    /// Runs the missing steps in one transaction.
    ///
    /// - Throws: ``Failure`` for a newer or foreign file, which is left as it is.
    package func migrate(_ connection: Connection) throws {
        // Read within the transaction: another program may be migrating too.
        try connection.transaction {
            let found = try version(of: connection)
            guard found <= steps.count else {
                throw Failure.newerThanProgram(path: connection.path, found: found, supported: steps.count)
            }
            guard found < steps.count else { return }
            for step in steps[found...] { try connection.execute(step) }
            try connection.execute("PRAGMA user_version = \(steps.count)")
            try connection.execute("PRAGMA application_id = \(applicationID)")
        }
    }

    private func version(of connection: Connection) throws -> Int {
        let version = try pragma("user_version", connection)
        let identifier = try pragma("application_id", connection)
        let tables = try connection.first("SELECT count(*) FROM sqlite_schema") { row throws(SQLiteError) in
            try row.get(0, as: Int.self)
        }
        let isNew = identifier == 0 && version == 0 && tables == 0
        guard isNew || identifier == Int(applicationID) && version >= 0 else {
            throw Failure.foreignDatabase(path: connection.path)
        }
        return version
    }

    private func pragma(_ name: String, _ connection: Connection) throws(SQLiteError) -> Int {
        try connection.first("PRAGMA \(name)") { row throws(SQLiteError) in try row.get(0, as: Int.self) } ?? 0
    }
}
