import Foundation
import Testing

/// A plug-in changes the server that its parameters name, and no other.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ServerIdentityTests {
    private static let obstacle = Server.Kind.mariadb.obstacle

    private static func asRoot(_ server: Server, _ sql: String) async throws -> String {
        try await server.output("mariadb --no-defaults -u root -S $W/my/sock -N -e \"\(sql)\"")
    }

    /// Who may log in, and how; without the instant of the last change, and the one form of a single way.
    private static func accounts(_ server: Server) async throws -> String {
        try await asRoot(server, "SELECT User, Host, Priv FROM mysql.global_priv ORDER BY User, Host")
            .replacing(#/,"password_last_changed":\d+|,"auth_or":\[{}\]/#, with: "")
    }

    private static func plugIn(_ place: String, admin: Server, default other: Server) -> PlugIn {
        let common = #""user": "app", "admin": "rot", "admin_password_file": "\#(admin.folder)/admin""#
        let parameters = place.isEmpty ? "{\(common)}" : "{\(common), \(place)}"
        // The client's default socket is the other server's.
        return PlugIn("mariadb", parameters, environment: ["MYSQL_UNIX_PORT": "\(other.folder)/my/sock"])
    }

    /// One server at the client's default socket, another one at a port, with the same accounts and passwords.
    @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")"))
    func portOrHostMeansTCP() async throws {
        try await Server.with(.mariadb) { other in
            try await Server.with(.mariadb) { server in
                let password = try await server.output("cat $W/admin")
                _ = try await Self.asRoot(other, "ALTER USER rot@'%' IDENTIFIED BY '\(password)'")
                let places = [
                    #""host": "localhost", "port": \#(server.port)"#,
                    #""host": "localhost", "port": "\#(server.port)""#,
                    #""host": "127.0.0.1", "port": \#(server.port)"#,
                    #""port": \#(server.port)"#,
                    #""socket": "\#(server.folder)/my/sock""#,
                    #""port": \#(server.port), "admin_socket": "\#(server.folder)/my/sock""#,
                ]
                let untouched = try await Self.accounts(other)
                for place in places {
                    let before = try await Self.accounts(server)
                    try await Self.plugIn(place, admin: server, default: other).run("install", "test", "finish")
                    #expect(try await Self.accounts(server) != before, "\(place)")
                    #expect(try await Self.accounts(other) == untouched, "\(place)")
                }
                let after = try await Self.accounts(server)
                // Where nothing listens, and where two servers are meant: nothing is changed.
                let wrong = [
                    #""host": "localhost", "port": 1"#, #""port": 1"#, #""host": "127.0.0.2", "port": 1"#,
                    #""port": \#(server.port), "admin_socket": "\#(other.folder)/my/sock""#,
                ]
                for place in wrong {
                    let plugIn = Self.plugIn(place, admin: server, default: other)
                    let made = try await plugIn.ask("generate")
                    if made.status == 0 {
                        #expect(try await plugIn.ask("install", made).status == 0)
                        #expect(try await plugIn.ask("test", made).reason == "test_failed")
                        #expect(try await plugIn.ask("withdraw", made).status == 0)
                    } else {
                        #expect(made.status == 75 && made.reason == "unreachable", "\(place): \(made)")
                    }
                    #expect(try await Self.accounts(server) == after, "\(place)")
                    #expect(try await Self.accounts(other) == untouched, "\(place)")
                }
                // Without any of them it is the default socket.
                try await Self.plugIn("", admin: server, default: other).run("install", "test", "finish")
                #expect(try await Self.accounts(server) == after)
                #expect(try await Self.accounts(other) != untouched)
            }
        }
    }

    /// A server whose user never had the password that `generate` saw, or does not have the new one: it stays as it is.
    @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")"))
    func anotherServerThanThatOfGenerateIsRefused() async throws {
        try await Server.with(.mariadb) { other in
            try await Server.with(.mariadb) { server in
                let password = try await server.output("cat $W/admin")
                _ = try await Self.asRoot(other, "ALTER USER rot@'%' IDENTIFIED BY '\(password)'")
                _ = try await Self.asRoot(other, "ALTER USER app@'%' IDENTIFIED BY 'another'")
                let untouched = try await Self.accounts(other)
                let place = #""host": "127.0.0.1", "port": \#(server.port)"#
                let plugIn = Self.plugIn(place, admin: server, default: other)
                let made = try await plugIn.ask("generate")
                let elsewhere = "{\"port\": \(other.port)}"
                for step in ["install", "finish"] {
                    let answer = try await plugIn.ask(step, made, changes: elsewhere)
                    #expect(answer.status == 1 && answer.reason == "changed_by_others", "\(step): \(answer)")
                }
                #expect(try await plugIn.ask("install", made).status == 0)
                #expect(try await plugIn.ask("test", made, changes: elsewhere).reason == "test_failed")
                #expect(try await plugIn.ask("withdraw", made, changes: elsewhere).status == 0)
                #expect(try await Self.accounts(other) == untouched)
            }
        }
    }

    /// The password was changed by others since `generate`: `install` does not replace it.
    @Test(
        .enabled(if: Server.Kind.allCases.allSatisfy { $0.obstacle == nil }, "a server is missing"),
        arguments: [
            (
                Server.Kind.mariadb, #""user": "app", "admin": "rot""#, "app",
                "mariadb --no-defaults -u root -S $W/my/sock -e \"ALTER USER app@'%' IDENTIFIED BY 'theirs'\""
            ),
            (
                .redis, #""user": "app""#, "app",
                "REDISCLI_AUTH=$(cat $W/admin) redis-cli -p $P ACL SETUSER app resetpass '>theirs'"
            ),
            (
                .postgresql, #""role": "app_a", "admin": "postgres""#, "app_a",
                "PGPASSWORD=$(cat $W/admin) psql -X -h 127.0.0.1 -p $P -U postgres "
                    + "-c \"ALTER ROLE app_a PASSWORD 'theirs'\""
            ),
            (
                .postgresql, #""roles": ["app_b", "app_a"], "admin": "postgres""#, "app_a",
                "PGPASSWORD=$(cat $W/admin) psql -X -h 127.0.0.1 -p $P -U postgres "
                    + "-c \"ALTER ROLE app_a PASSWORD 'theirs'\""
            ),
        ]
    )
    func passwordOfOthersStays(kind: Server.Kind, parameters: String, user: String, change: String) async throws {
        try await Server.with(kind) { server in
            let plugIn = PlugIn(
                kind.rawValue,
                """
                {"host": "127.0.0.1", "port": \(server.port), "admin_password_file": "\(server.folder)/admin", \(parameters)}
                """
            )
            let made = try await plugIn.ask("generate")
            #expect(made.status == 0, "\(made)")
            _ = try await server.output(change)
            let answer = try await plugIn.ask("install", made)
            #expect(answer.status == 1 && answer.reason == "changed_by_others", "\(answer)")
            #expect(try await plugIn.ask("withdraw", made).status == 0)
            #expect(try await server.letsIn(user, "theirs"))
        }
    }
}
