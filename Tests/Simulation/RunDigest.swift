import RotationStore
import SQLite
import Scheduling

/// What a run has done and left behind, as three numbers: two runs that differ anywhere differ here.
package struct RunDigest: Hashable, Sendable, CustomStringConvertible {
    /// Each row of each table.
    package var rows: UInt64
    /// Each line of the audit log, in its order.
    package var lines: UInt64
    /// Each request that a hub has received, and its answer, in the order in which they came.
    package var requests: UInt64

    package var description: String {
        "\(Self.text(rows))-\(Self.text(lines))-\(Self.text(requests))"
    }

    private static func text(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension RunDigest {
    /// Hashes the databases that a run has left behind.
    ///
    /// Of the candidates only their rotations are hashed: AES-GCM takes its nonce from the system's random source, so
    /// that a sealed value is another one each time.
    init(history path: String, requests: UInt64) throws {
        var (rows, lines) = (FNV1a(), FNV1a())
        try Self.read(path) { connection in
            let names =
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
            for table in try Self.texts(connection, names) {
                let columns = "SELECT name FROM pragma_table_info('\(table)')"
                let row = try Self.texts(connection, columns).map { "quote(\"\($0)\")" }.joined(
                    separator: " || ',' || "
                )
                rows.combine(table)
                for text in try Self.texts(connection, "SELECT \(row) AS row FROM \"\(table)\" ORDER BY row") {
                    rows.combine(text)
                }
            }
            for line in try Self.texts(connection, "SELECT line FROM audit_log ORDER BY seq") { lines.combine(line) }
        }
        try Self.read(RotationStore.candidatesPath(for: path)) { connection in
            for table in ["candidates", "kept"] {
                rows.combine(table)
                for name in try Self.texts(connection, "SELECT rotation FROM \(table) ORDER BY rotation") {
                    rows.combine(name)
                }
            }
        }
        self.init(rows: rows.value, lines: lines.value, requests: requests)
    }

    private static func read(_ path: String, _ body: (Connection) throws -> Void) throws {
        let connection = try Connection(path: path, mode: .readOnly)
        defer { connection.close() }
        try body(connection)
    }

    private static func texts(_ connection: Connection, _ sql: String) throws -> [String] {
        try connection.all(sql) { row throws(SQLiteError) in try row.get(0) }
    }
}
