import Foundation
import TestSupport
import Testing

/// Servers that speak German: what passes is tried again, what does not ends the step, and no text is read for that.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ServerRefusalTests {
    struct Refusal: Sendable, CustomStringConvertible, CustomTestStringConvertible {
        let description: String
        /// What is done to the server before; by its administrator.
        var sql = ""
        /// What stays connected meanwhile.
        var holds = false
        var changes = "{}"
        /// After a `generate` and an `install` that worked.
        var step = "generate"
        let status: Int32
        let reason: String

        var testDescription: String { description }
    }

    private static let postgresql = [
        Refusal(description: "all connections are taken", holds: true, status: 75, reason: "busy"),
        Refusal(description: "role's limit", sql: "ALTER ROLE rot CONNECTION LIMIT 0", status: 75, reason: "busy"),
        Refusal(
            description: "the new role's limit",
            sql: "ALTER ROLE app_a CONNECTION LIMIT 0",
            step: "test",
            status: 75,
            reason: "busy"
        ),
        Refusal(
            description: "read-only, as a standby",
            sql: "ALTER ROLE rot SET default_transaction_read_only = on",
            step: "install",
            status: 75,
            reason: "refused"
        ),
        Refusal(description: "nothing listens", changes: #"{"port": 1}"#, status: 75, reason: "unreachable"),
        Refusal(
            description: "wrong password",
            sql: "ALTER ROLE rot PASSWORD 'other'",
            status: 1,
            reason: "login_failed"
        ),
        Refusal(description: "no login", sql: "ALTER ROLE rot NOLOGIN", status: 1, reason: "login_failed"),
        Refusal(description: "no database", changes: #"{"database": "none"}"#, status: 1, reason: "refused"),
        Refusal(
            description: "no privilege",
            sql: "REVOKE pg_read_all_data FROM rot",
            status: 1,
            reason: "not_permitted"
        ),
        Refusal(
            description: "the new password is another",
            sql: "ALTER ROLE app_a PASSWORD 'other'",
            step: "test",
            status: 1,
            reason: "test_failed"
        ),
        Refusal(description: "no role", changes: #"{"role": "none"}"#, status: 1, reason: "no_such_user"),
    ]

    private static var german: String? {
        if let obstacle = Server.Kind.postgresql.obstacle { return obstacle }
        let folder = "/usr/share/locale/de/LC_MESSAGES"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard files.contains(where: { $0.hasPrefix("postgres-") }) else {
            return "PostgreSQL's translations are missing"
        }
        return access("/usr/share/i18n/locales/de_DE", R_OK) == 0 ? nil : "the package locales is not installed"
    }

    private static func asPostgres(_ sql: String) -> String {
        "PGPASSWORD=$(cat $W/admin) psql -X -q -h 127.0.0.1 -p $P -U postgres -At -v ON_ERROR_STOP=1 -c \"\(sql)\""
    }

    /// A server as it is before each row.
    private static let freshRoles = asPostgres(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'weak'; DROP ROLE IF EXISTS rot; "
            + "CREATE ROLE rot LOGIN CREATEROLE PASSWORD '$(cat $W/admin)'; GRANT pg_read_all_data TO rot; "
            + "ALTER ROLE app_a CONNECTION LIMIT -1 PASSWORD 'first'"
    )

    /// Looks for a minute at most until a query answers a number.
    private static func until(_ query: String, _ count: Int) -> String {
        "for i in $(seq 1800); do [ \"$(\(query))\" = \(count) ] && break; sleep .1; done; [ \"$(\(query))\" = \(count) ]"
    }

    /// The answer once the server's one place is free: a session that has ended keeps it until its process has.
    ///
    /// - Parameter expected: A reason to try again that is an answer.
    private static func settled(
        _ step: String,
        _ row: Refusal,
        expected: String? = nil,
        _ ask: @Sendable () async throws -> PlugIn.Answer
    ) async throws -> PlugIn.Answer {
        var answer = try await ask()
        try await eventually("\(row): \(step) finds a place") {
            guard answer.status == 75, answer.reason != expected else { return true }
            answer = try await ask()
            return false
        }
        return answer
    }

    @Test(.enabled(if: german == nil, "\(german ?? "")"))
    func postgreSQLSpeaksGerman() async throws {
        let options = "-c max_wal_senders=0 -c superuser_reserved_connections=3 -c max_connections=4"
        try await Server.with(.postgresql, language: "de_DE", options: options) { server in
            let plugIn = PlugIn(
                "postgresql",
                """
                {"host": "127.0.0.1", "port": \(server.port), "admin": "rot", "admin_password_file": "\(server.folder)/admin",
                "role": "app_a"}
                """
            )
            let held = Self.asPostgres("SELECT count(*) FROM pg_stat_activity WHERE usename = 'weak'")
            for row in Self.postgresql {
                _ = try await server.output("rm -f $W/hold $W/held; \(Self.freshRoles); \(Self.until(held, 0))")
                let made = try await Self.settled("generate", row) { try await plugIn.ask("generate") }
                #expect(made.status == 0, "\(row): \(made)")
                if row.step == "test" {
                    let installed = try await Self.settled("install", row) { try await plugIn.ask("install", made) }
                    #expect(installed.status == 0, "\(row): \(installed)")
                }
                if !row.sql.isEmpty { _ = try await server.output(Self.asPostgres(row.sql)) }
                if row.holds {
                    _ = try await server.output(
                        """
                        touch $W/hold
                        # No query asks whether it is in: that connection would take the place.
                        (for i in $(seq 1800); do
                            [ -e $W/hold ] || break
                            PGPASSWORD=weak psql -X -h 127.0.0.1 -p $P -U weak -d postgres -c 'SELECT 1' \
                                -c '\\! touch '$W/held -c 'SELECT pg_sleep(300)'
                            sleep .1
                        done) </dev/null >/dev/null 2>&1 &
                        for i in $(seq 1800); do [ -e $W/held ] && break; sleep .1; done
                        [ -e $W/held ]
                        """
                    )
                }
                let answer = try await Self.settled(row.step, row, expected: row.reason) {
                    try await plugIn.ask(row.step, made, changes: row.changes)
                }
                #expect(answer.status == row.status && answer.reason == row.reason, "\(row): \(answer)")
            }
            #expect(try await server.shell("grep -q 'FATAL:  zu viele' $W/pg/log") == 0, "the server speaks German")
        }
    }

    private static let mariaDB = [
        Refusal(
            description: "too many connections",
            sql: "ALTER USER rot@'%' WITH MAX_QUERIES_PER_HOUR 1",
            step: "install",
            status: 75,
            reason: "busy"
        ),
        Refusal(description: "nothing listens", changes: #"{"port": 1}"#, status: 75, reason: "unreachable"),
        Refusal(
            description: "read-only",
            sql: "SET GLOBAL read_only = 1",
            step: "install",
            status: 75,
            reason: "refused"
        ),
        Refusal(
            description: "wrong password",
            sql: "ALTER USER rot@'%' IDENTIFIED BY 'other'",
            status: 1,
            reason: "login_failed"
        ),
        Refusal(description: "locked", sql: "ALTER USER rot@'%' ACCOUNT LOCK", status: 1, reason: "login_failed"),
        Refusal(
            description: "no privilege",
            sql: "REVOKE SELECT ON mysql.global_priv FROM rot@'%'",
            status: 1,
            reason: "not_permitted"
        ),
        Refusal(
            description: "no privilege to change",
            sql: "REVOKE CREATE USER ON *.* FROM rot@'%'",
            step: "install",
            status: 1,
            reason: "not_permitted"
        ),
        Refusal(description: "not installed", step: "test", status: 1, reason: "test_failed"),
        // The client's report of an error quotes the statement.
        Refusal(
            description: "no user",
            changes: #"{"user": "ERROR 1040 (08004)"}"#,
            status: 1,
            reason: "no_such_user"
        ),
    ]

    @Test(.enabled(if: Server.Kind.mariadb.obstacle == nil, "\(Server.Kind.mariadb.obstacle ?? "")"))
    func mariaDBSpeaksGerman() async throws {
        try await Server.with(.mariadb, options: "--lc-messages=de_DE") { server in
            let asRoot = { (sql: String) in "mariadb --no-defaults -u root -S $W/my/sock -e \"\(sql)\"" }
            let fresh = asRoot(
                "SET GLOBAL read_only = 0; CREATE OR REPLACE USER rot@'%' IDENTIFIED BY '$(cat $W/admin)'; "
                    + "GRANT CREATE USER ON *.* TO rot@'%'; GRANT SELECT ON mysql.global_priv TO rot@'%'"
            )
            let plugIn = PlugIn(
                "mariadb",
                """
                {"host": "127.0.0.1", "port": \(server.port), "admin": "rot", "admin_password_file": "\(server.folder)/admin",
                "user": "app"}
                """
            )
            for row in Self.mariaDB {
                _ = try await server.output(fresh)
                let made = try await plugIn.ask("generate")
                #expect(made.status == 0, "\(row): \(made)")
                if !row.sql.isEmpty { _ = try await server.output(asRoot(row.sql)) }
                let answer = try await plugIn.ask(row.step, made, changes: row.changes)
                #expect(answer.status == row.status && answer.reason == row.reason, "\(row): \(answer)")
            }
            #expect(
                try await server.shell(asRoot("SELEC 1") + " 2>&1 | grep -q Fehler") == 0,
                "the server speaks German"
            )
        }
    }

    /// Of a bare ERR only the text says more: it is tried again.
    @Test(
        .enabled(if: Server.Kind.redis.obstacle == nil, "\(Server.Kind.redis.obstacle ?? "")"),
        arguments: [
            Refusal(
                description: "the file can't be written",
                sql: "chown root $W/rd",
                changes: #"{"save": true}"#,
                step: "install",
                status: 75,
                reason: "refused"
            ),
            Refusal(description: "nothing listens", changes: #"{"port": 1}"#, status: 75, reason: "unreachable"),
            Refusal(
                description: "wrong password",
                changes: #"{"admin_password_file": "/etc/hostname"}"#,
                status: 1,
                reason: "login_failed"
            ),
            Refusal(
                description: "no privilege",
                sql: "REDISCLI_AUTH=$(cat $W/admin) redis-cli -p $P ACL SETUSER default -acl",
                status: 1,
                reason: "not_permitted"
            ),
            Refusal(description: "not installed", step: "test", status: 1, reason: "test_failed"),
        ]
    )
    func redisAnswersItsCodes(_ row: Refusal) async throws {
        try await Server.with(.redis) { server in
            let plugIn = PlugIn(
                "redis",
                """
                {"host": "127.0.0.1", "port": \(server.port), "admin_password_file": "\(server.folder)/admin", "user": "app"}
                """
            )
            let made = try await plugIn.ask("generate")
            #expect(made.status == 0, "\(made)")
            if !row.sql.isEmpty { _ = try await server.output(row.sql) }
            let answer = try await plugIn.ask(row.step, made, changes: row.changes)
            #expect(answer.status == row.status && answer.reason == row.reason, "\(answer)")
            // The server must be able to remove its own files when it ends.
            #expect(try await server.shell("chown --reference=$W/rd/users.acl $W/rd") == 0)
        }
    }

    /// A missing host key is certain; a key that sshd refuses looks like a lost connection, and is tried again.
    @Test(
        .enabled(if: Server.Kind.sshd.obstacle == nil, "\(Server.Kind.sshd.obstacle ?? "")"),
        arguments: [
            Refusal(description: "nothing is wrong", status: 0, reason: ""),
            Refusal(
                description: "no host key",
                changes: #"{"known_hosts": "/dev/null"}"#,
                status: 1,
                reason: "host_key"
            ),
            Refusal(
                description: "no such user",
                changes: #"{"login": "none@127.0.0.1"}"#,
                status: 75,
                reason: "test_failed"
            ),
            Refusal(
                description: "no server",
                sql: "pid=$(cat $W/sshd.pid); kill $pid; tail --pid=$pid -f /dev/null",
                status: 75,
                reason: "test_failed"
            ),
        ]
    )
    func sshTellsByItsStatus(_ row: Refusal) async throws {
        try await Server.with(.sshd) { server in
            let plugIn = PlugIn(
                "ssh_key",
                """
                {"authorized_keys": "\(server.folder)/keys/authorized_keys", "login": "root@127.0.0.1",
                "port": \(server.port), "known_hosts": "\(server.folder)/known_hosts"}
                """
            )
            let made = try await plugIn.ask("generate")
            #expect(try await plugIn.ask("install", made).status == 0)
            if !row.sql.isEmpty { _ = try await server.output(row.sql) }
            let answer = try await plugIn.ask("test", made, changes: row.changes)
            #expect(answer.status == row.status && (answer.reason ?? "") == row.reason, "\(answer)")
        }
    }
}
