extension MainSchema {
    /// The Merkle tree over the history's lines (RFC 9162, section 2.1), and the heads of it that were signed.
    ///
    /// A database that has lines already gets their leaves when it is opened: SQL can't hash.
    static let auditTree = """
        CREATE TABLE audit_leaves (
            -- The leaf hash of each entry: SHA-256(0x00 || line).
            seq INTEGER PRIMARY KEY,
            hash BLOB NOT NULL CHECK (length(hash) = 32)
        ) STRICT;
        CREATE TRIGGER audit_leaves_no_update BEFORE UPDATE ON audit_leaves
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        CREATE TRIGGER audit_leaves_no_delete BEFORE DELETE ON audit_leaves
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

        CREATE TABLE audit_tree (
            -- One row: the size of the tree in eight bytes, big-endian, and the hashes of its perfect subtrees, the
            -- largest first.
            id INTEGER PRIMARY KEY CHECK (id = 1),
            frontier BLOB NOT NULL
        ) STRICT;

        CREATE TABLE audit_checkpoints (
            -- Each head of the log that was signed: a C2SP tlog-checkpoint.
            size INTEGER NOT NULL,
            signed_at INTEGER NOT NULL,
            note TEXT NOT NULL,
            PRIMARY KEY (size, signed_at)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER audit_checkpoints_no_update BEFORE UPDATE ON audit_checkpoints
        BEGIN SELECT RAISE(ABORT, 'signed checkpoints are kept'); END;
        CREATE TRIGGER audit_checkpoints_no_delete BEFORE DELETE ON audit_checkpoints
        BEGIN SELECT RAISE(ABORT, 'signed checkpoints are kept'); END;
        """
}
