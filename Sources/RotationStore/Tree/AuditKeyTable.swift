import SQLite
import TransparencyLog

/// Reads and writes the table `audit_keys`.
enum AuditKeyTable {
    /// The verifier key of the present, as text; nil where no checkpoint was signed yet.
    static func newest(in connection: Connection) throws(SQLiteError) -> String? {
        try connection.first("SELECT vkey FROM audit_keys ORDER BY seq DESC LIMIT 1") { row throws(SQLiteError) in
            try row.get(0)
        }
    }

    /// - Parameter seq: The number of the entry that records the change; 0 for the first key.
    static func insert(_ key: VerifierKey, seq: Int64, in connection: Connection) throws(SQLiteError) {
        try connection.run("INSERT INTO audit_keys (seq, vkey) VALUES (?1, ?2)", seq, key.description)
    }
}

/// A key that the history does not know as the one that signs its checkpoints.
package struct UnknownAuditKey: Error, Equatable, CustomStringConvertible {
    /// The verifier key that signs them.
    package var current: String
    /// The verifier key that was to sign.
    package var given: String

    package init(current: String, given: String) { (self.current, self.given) = (current, given) }

    package var description: String {
        """
        the history's checkpoints are signed by \(current), and keys.audit is \(given): put the former key back, or record \
        the change by secret-rotator audit change-key
        """
    }
}
