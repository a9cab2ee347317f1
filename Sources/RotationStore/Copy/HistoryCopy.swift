import SQLite
package import Scheduling

/// The copy of the history that auditors read, without a right to the original: who may read a live database may also lock it.
///
/// It is a database with the tables and views of the original, so that the same SQL is answered by either. The file at
/// ``path`` is never written to: ``HistoryCopier`` writes another one and renames it over. So a reader needs no right to write,
/// meets no lock of a writer, no WAL and no journal that a crash has left, and sees one state for as long as it has the file
/// open.
package struct HistoryCopy: Hashable, Sendable {
    /// The folder, which holds nothing else.
    package let folder: String

    /// - Parameter database: The original's path.
    package init(of database: String) {
        folder =
            database[..<(database.lastIndex(of: "/").map { database.index(after: $0) } ?? database.startIndex)]
            + "history"
    }

    /// The database that is read.
    package var path: String { folder + "/rotator-history.db" }

    /// Knows the copy by an ID of its own, "SRhc": a copy must not be taken for the original.
    static let migrator = Migrator(applicationID: 0x5352_6863, migrations: MainSchema.migrator.migrations)

    /// The table and the view that only the copy has: how far it has come; and an index that keeps its writer quick.
    static let schema = """
        CREATE TABLE history_copy (
            -- One row: of which history this is a copy, its newest entry and commit, and when it was brought up to date.
            id INTEGER PRIMARY KEY CHECK (id = 1),
            history TEXT NOT NULL,
            head INTEGER NOT NULL,
            commits INTEGER NOT NULL,
            up_to_date_at INTEGER NOT NULL
        ) STRICT;
        CREATE VIEW history_head AS
            SELECT head AS seq, strftime('%Y-%m-%dT%H:%M:%fZ', up_to_date_at / 1000.0, 'unixepoch') AS up_to_date_at
            FROM history_copy;
        CREATE INDEX requests_by_rotation ON requests (rotation) WHERE rotation IS NOT NULL;
        """

    /// How far a copy has come.
    package struct Standing: Hashable, Sendable {
        /// The number of the newest entry; 0 for none.
        package var head: Int64
        /// The number of the newest commit.
        package var commits: Int64
        /// When it was brought up to date.
        package var upToDateAt: Instant
    }

    /// How far the copy of a connection has come.
    static func standing(in connection: Connection) throws -> Standing {
        let standing = try connection.first("SELECT head, commits, up_to_date_at FROM history_copy") {
            row throws(SQLiteError) in
            Standing(head: try row.get(0), commits: try row.get(1), upToDateAt: try row.get(2))
        }
        guard let standing else { throw CopyMismatch() }
        return standing
    }
}

/// A file that is no copy of the history as it is now: another one is made.
struct CopyMismatch: Error {}
