extension Migrator {
    /// Why a database can't be used.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// A newer version of the program wrote the file: it has a migration that this one does not know.
        case newerThanProgram(path: String, unknown: String)
        /// The file lacks a migration, and the caller may not apply it.
        case olderThanProgram(path: String, missing: String)
        /// An earlier version of the program made the file, in a format that is no longer read.
        case retired(path: String, maker: String, advice: String)
        /// The file is another program's database.
        case foreignDatabase(path: String)

        /// The finding as a text.
        package var finding: String {
            switch self {
            case .newerThanProgram(let path, let unknown):
                "\(path) is newer than this program, which does not know its migration \"\(unknown)\""
            case .olderThanProgram(let path, let missing):
                "\(path) is older than this program, and lacks the migration \"\(missing)\""
            case .retired(let path, let maker, _):
                "\(path) was made by \(maker), and is no longer read"
            case .foreignDatabase(let path):
                "\(path) is the database of another program"
            }
        }

        /// What to do about it.
        package var advice: String {
            switch self {
            case .newerThanProgram: "install the version that wrote it"
            case .olderThanProgram: "start the daemon once to migrate it"
            case .retired(_, _, let advice): advice
            case .foreignDatabase: "check the path"
            }
        }

        package var description: String { "\(finding): \(advice)" }
    }

    /// The migrations that a database lacks, read from one consistent state.
    ///
    /// - Throws: ``Failure`` for a file that is newer, retired or foreign.
    func missing(in connection: Connection) throws -> [Migration] {
        try connection.transaction(.deferred) { try read(connection) }
    }

    /// The same within a transaction.
    func read(_ connection: Connection) throws -> [Migration] {
        let path = connection.path
        let identifier = try pragma("application_id", connection)
        if let retired, identifier == Int(retired.applicationID) {
            throw Failure.retired(path: path, maker: retired.maker, advice: retired.advice(path))
        }
        let objects = try connection.first(
            "SELECT count(*), count(*) FILTER (WHERE type = 'table' AND name = 'migrations') FROM sqlite_schema"
        ) { row throws(SQLiteError) in (all: try row.get(0, as: Int.self), named: try row.get(1, as: Int.self)) }
        if try objects?.all == 0 && identifier == 0 && pragma("user_version", connection) == 0 { return migrations }
        guard identifier == Int(applicationID), objects?.named == 1 else { throw Failure.foreignDatabase(path: path) }
        let applied = try connection.all("SELECT name FROM migrations ORDER BY rowid") { row throws(SQLiteError) in
            try row.get(0, as: String.self)
        }
        let known = Set(migrations.map(\.name))
        if let unknown = applied.first(where: { !known.contains($0) }) {
            throw Failure.newerThanProgram(path: path, unknown: unknown)
        }
        return migrations.filter { !applied.contains($0.name) }
    }

    private func pragma(_ name: String, _ connection: Connection) throws(SQLiteError) -> Int {
        try connection.first("PRAGMA \(name)") { row throws(SQLiteError) in try row.get(0, as: Int.self) } ?? 0
    }
}
