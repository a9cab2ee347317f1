extension MainSchema {
    /// The history's lines, which only grow.
    static let auditLog = """
        CREATE TABLE audit_log (
            -- One line of canonical JSON for each entry, numbered without gaps.
            seq INTEGER PRIMARY KEY,
            line TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        -- INSERT OR REPLACE deletes without a DELETE trigger: only the next number may be inserted.
        CREATE TRIGGER audit_log_appends BEFORE INSERT ON audit_log
        WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit_log)
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
        """
}
