extension MainSchema {
    /// Ranges of the history's oldest lines that were moved to files; their leaf hashes stay.
    static let archives = """
        CREATE TABLE audit_archives (
            -- Lines up to last_seq are in a file of this SHA-256, and need not be here; note is the signed checkpoint of
            -- that many entries.
            last_seq INTEGER PRIMARY KEY,
            first_seq INTEGER NOT NULL CHECK (first_seq <= last_seq),
            archived_at INTEGER NOT NULL,
            file TEXT NOT NULL,
            sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
            note TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER audit_archives_no_update BEFORE UPDATE ON audit_archives
        BEGIN SELECT RAISE(ABORT, 'what was archived is kept'); END;
        CREATE TRIGGER audit_archives_no_delete BEFORE DELETE ON audit_archives
        BEGIN SELECT RAISE(ABORT, 'what was archived is kept'); END;
        CREATE TRIGGER audit_archives_appends BEFORE INSERT ON audit_archives
        WHEN NEW.first_seq IS NOT (SELECT coalesce(max(last_seq), 0) + 1 FROM audit_archives)
            OR NEW.last_seq >= (SELECT coalesce(max(seq), 0) FROM audit_log)
            OR NOT EXISTS (SELECT 1 FROM audit_checkpoints WHERE size = NEW.last_seq AND note = NEW.note)
        BEGIN SELECT RAISE(ABORT, 'only the next range that a checkpoint has signed can be archived'); END;
        DROP TRIGGER audit_log_no_delete;
        CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
        WHEN OLD.seq > (SELECT coalesce(max(last_seq), 0) FROM audit_archives)
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        """
}
