/// The source of a contender that writes the rows of rotations, and does nothing else.
enum ReplayProgram {
    /// C; called with a folder, how many rotations, and how many of them share a commit (0: each row is a commit).
    ///
    /// The rows are those of one delivered, unconfirmed rotation, in tables with the daemon's keys, indices and triggers:
    /// its request, claim, sealed candidate (in a second database), attempt, end, erasure and close, and six entries of
    /// 333 bytes, the daemon's mean. The barriers between them are kept: in batches of 64, the claims of 64 rotations are
    /// one commit, their candidates the next one, and so on, so that all is durable before what depends on it begins.
    static let source = """
        #include <sqlite3.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/resource.h>
        #include <time.h>

        static sqlite3 *history, *vault;

        static void check(sqlite3 *connection, int status, const char *sql) {
            if (status == SQLITE_OK || status == SQLITE_DONE || status == SQLITE_ROW) return;
            fprintf(stderr, "%s: %s\\n", sql, sqlite3_errmsg(connection));
            exit(1);
        }

        static void execute(sqlite3 *connection, const char *sql) {
            check(connection, sqlite3_exec(connection, sql, NULL, NULL, NULL), sql);
        }

        static sqlite3 *open_database(const char *folder, const char *name, const char *schema) {
            char path[4096];
            snprintf(path, sizeof path, "%s/%s", folder, name);
            sqlite3 *connection = NULL;
            int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
            int status = sqlite3_open_v2(path, &connection, flags, NULL);
            check(connection, status, path);
            execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
                                "PRAGMA foreign_keys = ON");
            execute(connection, schema);
            return connection;
        }

        static const char *history_schema =
            "CREATE TABLE schedules (hub TEXT NOT NULL, alias TEXT NOT NULL, every_ms INTEGER, generator TEXT NOT NULL,"
            " anchor INTEGER NOT NULL, next_due INTEGER NOT NULL, last_opened INTEGER, last_success INTEGER,"
            " last_fingerprint BLOB, failures INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (hub, alias)) STRICT, WITHOUT ROWID;"
            "CREATE INDEX schedules_due ON schedules (hub, next_due);"
            "CREATE TABLE rotations (id TEXT PRIMARY KEY NOT NULL, hub TEXT NOT NULL, alias TEXT NOT NULL,"
            " cause TEXT NOT NULL, opened_at INTEGER NOT NULL, generator TEXT NOT NULL, policy_hash TEXT NOT NULL,"
            " fingerprint BLOB, phase TEXT NOT NULL, is_attempt_under_way INTEGER NOT NULL DEFAULT 0,"
            " attempts INTEGER NOT NULL DEFAULT 0, is_ambiguous INTEGER NOT NULL DEFAULT 0, next_step_at INTEGER,"
            " changed_at INTEGER, outcome TEXT, ended_at INTEGER, closed_at INTEGER) STRICT, WITHOUT ROWID;"
            "CREATE UNIQUE INDEX rotations_open ON rotations (hub, alias) WHERE closed_at IS NULL;"
            "CREATE INDEX rotations_next ON rotations (hub, next_step_at) WHERE closed_at IS NULL;"
            "CREATE INDEX rotations_by_secret ON rotations (hub, alias, opened_at);"
            "CREATE TABLE attempts (rotation TEXT NOT NULL REFERENCES rotations (id), number INTEGER NOT NULL,"
            " started_at INTEGER NOT NULL, ended_at INTEGER, outcome TEXT, status INTEGER,"
            " PRIMARY KEY (rotation, number)) STRICT, WITHOUT ROWID;"
            "CREATE TABLE requests (id TEXT PRIMARY KEY NOT NULL, hub TEXT NOT NULL, alias TEXT NOT NULL,"
            " requested_at INTEGER NOT NULL, actor TEXT NOT NULL, rotation TEXT REFERENCES rotations (id))"
            " STRICT, WITHOUT ROWID;"
            "CREATE INDEX requests_waiting ON requests (hub, requested_at) WHERE rotation IS NULL;"
            "CREATE INDEX requests_by_secret ON requests (hub, alias) WHERE rotation IS NULL;"
            "CREATE TABLE audit_log (seq INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT;"
            "CREATE TRIGGER audit_log_appends BEFORE INSERT ON audit_log"
            " WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit_log)"
            " BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;";

        static const char *vault_schema =
            "CREATE TABLE candidates (rotation TEXT PRIMARY KEY NOT NULL, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;";

        /* Every statement takes the rotation's ID as ?1, its secret's alias as ?2 and the time as ?3. */
        struct step { int is_in_vault, entries; const char *sql[4]; };
        static const struct step steps[] = {
            {0, 1, {"INSERT INTO requests (id, hub, alias, requested_at, actor) VALUES (?1, 'bench', ?2, ?3,"
                    " '{\\"kind\\":\\"user\\",\\"name\\":\\"root\\",\\"uid\\":0}')"}},
            {0, 1, {"INSERT INTO rotations (id, hub, alias, cause, opened_at, generator, policy_hash, phase, changed_at)"
                    " VALUES (?1, 'bench', ?2, 'rotate_now', ?3, printf('%.*c', 137, 'g'),"
                    " '0123456789abcdef0123456789abcdef', 'claimed', ?3)",
                    "UPDATE requests SET rotation = ?1 WHERE hub = 'bench' AND alias = ?2 AND rotation IS NULL",
                    "UPDATE schedules SET last_opened = ?3 WHERE hub = 'bench' AND alias = ?2"}},
            {1, 0, {"INSERT INTO candidates (rotation, sealed) VALUES (?1, randomblob(160))"}},
            {0, 2, {"UPDATE rotations SET phase = 'delivering', fingerprint = randomblob(32), is_attempt_under_way = 1,"
                    " attempts = 1, changed_at = ?3 WHERE id = ?1 AND closed_at IS NULL",
                    "INSERT INTO attempts (rotation, number, started_at) VALUES (?1, 1, ?3)"}},
            {0, 2, {"UPDATE attempts SET ended_at = ?3, outcome = 'delivered', status = 200"
                    " WHERE rotation = ?1 AND number = 1",
                    "UPDATE rotations SET phase = 'succeeded', is_attempt_under_way = 0, outcome = 'succeeded',"
                    " ended_at = ?3, changed_at = ?3 WHERE id = ?1 AND closed_at IS NULL",
                    "UPDATE schedules SET last_success = ?3, next_due = ?3 + every_ms, failures = 0,"
                    " last_fingerprint = (SELECT fingerprint FROM rotations WHERE id = ?1)"
                    " WHERE hub = 'bench' AND alias = ?2"}},
            {1, 0, {"DELETE FROM candidates WHERE rotation = ?1"}},
            {0, 0, {"UPDATE rotations SET phase = 'closed', closed_at = ?3, changed_at = ?3"
                    " WHERE id = ?1 AND closed_at IS NULL"}},
        };
        enum { step_count = sizeof steps / sizeof steps[0] };
        static sqlite3_stmt *statements[step_count][4], *append;
        static char line[333];
        static long sequence;

        static double seconds_of(clockid_t clock) {
            struct timespec now;
            clock_gettime(clock, &now);
            return now.tv_sec + now.tv_nsec / 1e9;
        }

        static void run(sqlite3 *connection, sqlite3_stmt *statement) {
            check(connection, sqlite3_step(statement), sqlite3_sql(statement));
            sqlite3_reset(statement);
        }

        static void write_rows(int step, long number) {
            sqlite3 *connection = steps[step].is_in_vault ? vault : history;
            char id[40], alias[40];
            /* As UUIDv7: rising, so that rows are appended. */
            int length = snprintf(id, sizeof id, "019c0000-%04lx-7000-8000-%012lx", number >> 16, number);
            int alias_length = snprintf(alias, sizeof alias, "secret_%ld", number);
            for (int index = 0; index < 4 && statements[step][index]; index++) {
                sqlite3_stmt *statement = statements[step][index];
                int count = sqlite3_bind_parameter_count(statement);
                sqlite3_bind_text(statement, 1, id, length, SQLITE_STATIC);
                if (count > 1) sqlite3_bind_text(statement, 2, alias, alias_length, SQLITE_STATIC);
                if (count > 2) sqlite3_bind_int64(statement, 3, 1764000000000 + number);
                run(connection, statement);
            }
            for (int entry = 0; entry < steps[step].entries; entry++) {
                sqlite3_bind_int64(append, 1, ++sequence);
                sqlite3_bind_text(append, 2, line, sizeof line, SQLITE_STATIC);
                run(history, append);
            }
        }

        static void prepare(sqlite3 *connection, const char *sql, sqlite3_stmt **statement) {
            check(connection, sqlite3_prepare_v3(connection, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL), sql);
        }

        static long peak_kib(void) {
            char text[256];
            long peak = 0;
            FILE *status = fopen("/proc/self/status", "r");
            while (status && fgets(text, sizeof text, status)) sscanf(text, "VmHWM: %ld", &peak);
            if (status) fclose(status);
            return peak;
        }

        int main(int count, char **arguments) {
            if (count != 4) return 64;
            long rotations = atol(arguments[2]), batch = atol(arguments[3]);
            history = open_database(arguments[1], "replay.db", history_schema);
            vault = open_database(arguments[1], "replay.db.candidates", vault_schema);
            char fill[512];
            snprintf(fill, sizeof fill,
                     "WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < %ld)"
                     " INSERT INTO schedules (hub, alias, every_ms, generator, anchor, next_due)"
                     " SELECT 'bench', 'secret_' || n, 2592000000, '{}', 0, 1764000000000 FROM numbers", rotations - 1);
            execute(history, fill);
            for (int step = 0; step < step_count; step++)
                for (int index = 0; index < 4 && steps[step].sql[index]; index++)
                    prepare(steps[step].is_in_vault ? vault : history, steps[step].sql[index], &statements[step][index]);
            prepare(history, "INSERT INTO audit_log (seq, line) VALUES (?1, ?2)", &append);
            memset(line, 'x', sizeof line);

            double start = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
            long size = batch > 0 ? batch : 1;
            for (long first = 0; first < rotations; first += size) {
                for (int step = 0; step < step_count; step++) {
                    sqlite3 *connection = steps[step].is_in_vault ? vault : history;
                    if (batch > 0) execute(connection, "BEGIN IMMEDIATE");
                    for (long number = first; number < first + size && number < rotations; number++)
                        write_rows(step, number);
                    if (batch > 0) execute(connection, "COMMIT");
                }
            }
            printf("%f %f %ld\\n", seconds_of(CLOCK_MONOTONIC) - start, seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu,
                   peak_kib());
            return 0;
        }
        """
}
