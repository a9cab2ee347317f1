extension MainSchema {
    /// The cosignatures of checkpoints, and what is known of the witnesses that make them.
    static let witnesses = """
        CREATE TABLE audit_cosignatures (
            -- Each cosignature of a checkpoint: a line of a C2SP signed note, by the witness's verifier key.
            size INTEGER NOT NULL,
            witness TEXT NOT NULL,
            cosigned_at INTEGER NOT NULL,
            line TEXT NOT NULL,
            PRIMARY KEY (size, witness, cosigned_at)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER audit_cosignatures_no_update BEFORE UPDATE ON audit_cosignatures
        BEGIN SELECT RAISE(ABORT, 'cosignatures are kept'); END;
        CREATE TRIGGER audit_cosignatures_no_delete BEFORE DELETE ON audit_cosignatures
        BEGIN SELECT RAISE(ABORT, 'cosignatures are kept'); END;

        CREATE TABLE audit_witnesses (
            -- What is known of each witness, by its verifier key.
            witness TEXT PRIMARY KEY NOT NULL,
            -- The largest checkpoint that it has cosigned, and when; NULL for none.
            size INTEGER,
            cosigned_at INTEGER,
            -- Since when it does not answer or does not cosign, and why; NULL if it does.
            failing_since INTEGER,
            error TEXT,
            CHECK ((failing_since IS NULL) = (error IS NULL)),
            CHECK ((size IS NULL) = (cosigned_at IS NULL))
        ) STRICT, WITHOUT ROWID;
        """
}
