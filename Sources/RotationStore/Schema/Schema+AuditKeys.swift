extension MainSchema {
    /// The keys that sign the history's checkpoints, one after the other.
    static let auditKeys = """
        CREATE TABLE audit_keys (
            -- A verifier key, and the number of the entry that records the change to it; 0 for the first key.
            seq INTEGER PRIMARY KEY,
            vkey TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER audit_keys_no_update BEFORE UPDATE ON audit_keys
        BEGIN SELECT RAISE(ABORT, 'keys of the history are kept'); END;
        CREATE TRIGGER audit_keys_no_delete BEFORE DELETE ON audit_keys
        BEGIN SELECT RAISE(ABORT, 'keys of the history are kept'); END;
        """
}
