import Glibc

/// One change of a schema, with a permanent name.
package struct Migration: Sendable {
    /// Its name in the table `migrations`.
    package var name: String
    /// Its statements, which run in one transaction.
    ///
    /// Never edit a released migration: a later change is another migration.
    package var sql: String

    package init(_ name: String, sql: String) {
        (self.name, self.sql) = (name, sql)
    }
}

/// Migrates a database's schema: named migrations, each applied once, forwards only.
///
/// The table `migrations` has the names of the applied ones, and alone decides which ones are missing. For people,
/// their number stands in `PRAGMA user_version`, and the kind of the database in `PRAGMA application_id`: `file(1)` and
/// the `sqlite3` shell show both.
package struct Migrator: Sendable {
    /// A database format that the program no longer reads.
    package struct Retired: Sendable {
        /// Its `PRAGMA application_id`.
        package var applicationID: Int32
        /// The versions that made it.
        package var maker: String
        /// What the owner of a file must do.
        package var advice: @Sendable (_ path: String) -> String

        package init(applicationID: Int32, maker: String, advice: @escaping @Sendable (_ path: String) -> String) {
            (self.applicationID, self.maker, self.advice) = (applicationID, maker, advice)
        }
    }

    /// The required `PRAGMA application_id`.
    package var applicationID: Int32
    /// All migrations, in the order in which they are applied.
    package var migrations: [Migration]
    /// The format of earlier versions of the program; nil for none.
    package var retired: Retired?

    package init(applicationID: Int32, migrations: [Migration], retired: Retired? = nil) {
        (self.applicationID, self.migrations, self.retired) = (applicationID, migrations, retired)
    }

    /// Opens a database for writing, and applies the missing migrations.
    ///
    /// - Throws: `SQLiteError`, or ``Failure`` for a refused file, of which no byte is changed.
    package func open(_ path: String, mode: Connection.Mode, busyTimeout: Int32 = 5000) throws -> Connection {
        try check(path, busyTimeout: busyTimeout)
        let connection = try Connection(path: path, mode: mode, busyTimeout: busyTimeout)
        try migrate(connection)
        return connection
    }

    /// Throws if there is a file that must be refused: newer, retired or foreign.
    ///
    /// It is opened read-only: opening for writing sets the journal's mode, and closing moves the -wal into the database.
    package func check(_ path: String, busyTimeout: Int32 = 5000) throws {
        guard access(path, R_OK) == 0 else { return }
        do {
            let connection = try Connection(path: path, mode: .readOnly, busyTimeout: busyTimeout)
            defer { connection.close() }
            _ = try missing(in: connection)
        } catch let error as SQLiteError where error.code == .readOnly {
            // A crash has left a journal that only a writer can roll back; the open for writing checks again.
        }
    }

    /// Checks that the file is ours and has exactly the program's schema; changes nothing.
    package func verify(_ connection: Connection) throws {
        guard let missing = try missing(in: connection).first else { return }
        throw Failure.olderThanProgram(path: connection.path, missing: missing.name)
    }

    /// Applies the missing migrations in order, each in its own transaction.
    ///
    /// If one fails, or the process dies during one, those before it stay applied, and the next call continues from
    /// there. A database without missing migrations is only read.
    ///
    /// - Throws: ``Failure`` for a refused file, which is not changed.
    package func migrate(_ connection: Connection) throws {
        var left = try missing(in: connection)
        while !left.isEmpty {
            left = try connection.transaction {
                // Read again with the write lock held: another program may be migrating too.
                let missing = try read(connection)
                guard let next = missing.first else { return [] }
                try apply(next, connection)
                return Array(missing.dropFirst())
            }
        }
    }

    private func apply(_ migration: Migration, _ connection: Connection) throws(SQLiteError) {
        try connection.execute(
            "CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY NOT NULL, applied_at INTEGER NOT NULL) STRICT"
        )
        try connection.execute(migration.sql)
        // Unix time in milliseconds, for information only.
        try connection.run(
            """
            INSERT INTO migrations (name, applied_at)
            VALUES (?1, CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER))
            """,
            migration.name
        )
        let count = try connection.first("SELECT count(*) FROM migrations") { row throws(SQLiteError) in
            try row.get(0, as: Int.self)
        }
        try connection.execute("PRAGMA user_version = \(count ?? 0)")
        try connection.execute("PRAGMA application_id = \(applicationID)")
    }
}
