import Glibc
import SQLite

/// One state of both databases, read while a daemon writes to them.
///
/// A candidate is committed before its rotation is said to be staged, and erased after the rotation's success: of two states
/// that were read one after the other, either order could lack it. So the history's state is fixed while nobody can write to
/// the candidates, which takes a few milliseconds.
struct BackupSource {
    /// The history, in a read transaction.
    let history: Connection
    /// What is in the candidates' database.
    let candidates: Candidates

    /// The sealed values.
    struct Candidates {
        var epoch: Int64 = 0
        var rows: [Row] = []

        struct Row {
            var rotation: String
            var sealed: [UInt8]
            /// Whether the history did not know its rotation when a daemon started.
            var isKept: Bool
        }
    }

    /// - Parameter database: The history's path.
    /// - Throws: `SQLiteError`, or `Migrator.Failure` for a file that is newer, older or not ours.
    init(database: String) throws {
        let path = RotationStore.candidatesPath(for: database)
        let history = try Connection(path: database, mode: .readOnly)
        do {
            try MainSchema.migrator.verify(history)
            // A history that schedules were added to before a daemon has started.
            guard access(path, F_OK) == 0 || errno != ENOENT else {
                (self.history, candidates) = (try Self.fixed(history), Candidates())
                return
            }
            let connection = try Connection(path: path, mode: .readWrite)
            defer { connection.close() }
            try CandidateSchema.migrator.verify(connection)
            (self.history, candidates) = try connection.transaction {
                (try Self.fixed(history), try Self.read(connection))
            }
        } catch {
            history.close()
            throw error
        }
    }

    /// A connection whose transaction sees the present state until it ends.
    private static func fixed(_ history: Connection) throws(SQLiteError) -> Connection {
        try history.execute("BEGIN")
        _ = try history.first("SELECT epoch FROM fence") { row throws(SQLiteError) in try row.get(0, as: Int64.self) }
        return history
    }

    private static func read(_ connection: Connection) throws -> Candidates {
        let rows = try connection.all(
            "SELECT rotation, sealed, 0 FROM candidates UNION ALL SELECT rotation, sealed, 1 FROM kept"
        ) { row throws(SQLiteError) in
            Candidates.Row(
                rotation: try row.get(0),
                sealed: try row.get(1),
                isKept: try row.get(2, as: Int.self) != 0
            )
        }
        return Candidates(epoch: try Fence.epoch(of: connection), rows: rows)
    }
}
