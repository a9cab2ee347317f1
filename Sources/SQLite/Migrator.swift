import Glibc

/// One change of a schema, known by its name for good.
package struct Migration: Sendable {
    /// What the table `migrations` calls it.
    package var name: String
    /// Its statements, which run in one transaction.
    ///
    /// Never changed once it was released: a later change is another migration.
    package var sql: String

    package init(_ name: String, sql: String) {
        (self.name, self.sql) = (name, sql)
    }
}

/// Brings a database's schema up to what the program needs: named migrations, each applied once, forwards only.
///
/// The table `migrations` has the names of those that were applied, and decides alone what is left to do. For people, their
/// number stands in `PRAGMA user_version`, and the kind of the database in `PRAGMA application_id`: `file(1)` and the
/// `sqlite3` shell show both.
package struct Migrator: Sendable {
    /// A kind of database that the program does not read any more.
    package struct Retired: Sendable {
        /// What its `PRAGMA application_id` is.
        package var applicationID: Int32
        /// Which versions made it.
        package var maker: String
        /// How the owner of a file goes on.
        package var advice: @Sendable (_ path: String) -> String

        package init(applicationID: Int32, maker: String, advice: @escaping @Sendable (_ path: String) -> String) {
            (self.applicationID, self.maker, self.advice) = (applicationID, maker, advice)
        }
    }

    /// What `PRAGMA application_id` must be.
    package var applicationID: Int32
    /// All migrations, in the order in which they are applied.
    package var migrations: [Migration]
    /// The kind of file that earlier versions of the program made; nil for none.
    package var retired: Retired?

    package init(applicationID: Int32, migrations: [Migration], retired: Retired? = nil) {
        (self.applicationID, self.migrations, self.retired) = (applicationID, migrations, retired)
    }

    /// Opens a database for writing, and applies the migrations that it misses.
    ///
    /// - Throws: `SQLiteError`, or ``Failure`` for a file that is refused, of which not one byte is changed.
    package func open(_ path: String, mode: Connection.Mode, busyTimeout: Int32 = 5000) throws -> Connection {
        try check(path, busyTimeout: busyTimeout)
        let connection = try Connection(path: path, mode: mode, busyTimeout: busyTimeout)
        try migrate(connection)
        return connection
    }

    /// Throws where there is a file that is refused: newer, retired or foreign.
    ///
    /// It is opened read-only: opening for writing sets the journal's mode, and closing moves the -wal into the database.
    package func check(_ path: String, busyTimeout: Int32 = 5000) throws {
        guard access(path, R_OK) == 0 else { return }
        do {
            let connection = try Connection(path: path, mode: .readOnly, busyTimeout: busyTimeout)
            defer { connection.close() }
            _ = try missing(in: connection)
        } catch let error as SQLiteError where error.code == .readOnly {
            // A crash has left a journal that only a writer can roll back: whoever opens it for writing looks again.
        }
    }

    /// Tests that the file is ours and has exactly the program's schema; changes nothing.
    package func verify(_ connection: Connection) throws {
        guard let missing = try missing(in: connection).first else { return }
        throw Failure.olderThanProgram(path: connection.path, missing: missing.name)
    }

    /// Applies the missing migrations in order, each in a transaction of its own.
    ///
    /// Where one fails, or the process dies in it, those before it stay applied, and the next call goes on from there. A
    /// database that misses none is only read.
    ///
    /// - Throws: ``Failure`` for a file that is refused, which is left as it is.
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
        // Unix time in milliseconds, for people: nothing is decided by it.
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
