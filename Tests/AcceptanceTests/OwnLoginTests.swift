import Foundation
import Testing

/// No plug-in replaces the login that it uses itself: `check` refuses it when a schedule is saved, and so does each step.
@Suite(.timeLimit(.minutes(5)))
struct OwnLoginTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let plugIn: String
        /// Without where the server is: nothing listens there.
        let parameters: String
        let isOwn: Bool

        init(_ plugIn: String, _ parameters: String, isOwn: Bool = true) {
            (self.plugIn, self.parameters, self.isOwn) = (plugIn, parameters, isOwn)
        }

        var testDescription: String { "\(plugIn) \(parameters)" }
    }

    private static let nowhere = #""host": "127.0.0.1", "port": 1"#
    private static let file = #""admin_password_file": "/dev/null""#

    static let cases = [
        Case("mariadb", #"{"user": "root", "admin": "root", \#(nowhere)}"#),
        Case("mariadb", #"{"user": "root", "user_host": "LocalHost", "admin": "root", \#(nowhere), \#(file)}"#),
        Case("mariadb", #"{"user": "rot", "user_host": "127.0.0.1", "admin": "rot", "host": "localhost"}"#),
        Case("mariadb", #"{"user": "rot", "user_host": "10.%", "admin": "rot", "socket": "/nowhere"}"#),
        Case("mariadb", #"{"user": "rot", "admin": "rot", \#(nowhere), "admin_socket": "/nowhere"}"#),
        Case("mariadb", #"{"user": "app", "admin": "rot", \#(nowhere)}"#, isOwn: false),
        Case("mariadb", #"{"user": "app", "admin": "rot", "socket": "/nowhere"}"#, isOwn: false),
        Case("redis", #"{"user": "default", \#(nowhere)}"#),
        Case("redis", #"{"user": "default", \#(nowhere), \#(file)}"#),
        Case("redis", #"{"user": "default", "admin_user": "default", "host": "/nowhere", \#(file)}"#),
        // Without a password no AUTH is sent, and so the admin is `default`.
        Case("redis", #"{"user": "default", "admin_user": "rot", \#(nowhere)}"#),
        Case("redis", #"{"user": "rot", "admin_user": "rot", \#(nowhere), \#(file)}"#),
        Case("redis", #"{"user": "default", "admin_user": "rot", \#(nowhere), \#(file)}"#, isOwn: false),
        Case("redis", #"{"user": "app", \#(nowhere)}"#, isOwn: false),
        Case("postgresql", #"{"role": "postgres", "admin": "postgres", "host": "/nowhere"}"#),
        Case("postgresql", #"{"role": "postgres", "admin": "postgres", \#(nowhere), \#(file)}"#),
        Case("postgresql", #"{"roles": ["a", "b"], "admin": "b", \#(nowhere)}"#),
        Case("postgresql", #"{"roles": ["a", "b"], "admin": "c", \#(nowhere)}"#, isOwn: false),
    ]

    @Test(arguments: cases)
    func everyStepRefusesThePlugInsOwnLogin(_ row: Case) async throws {
        let plugIn = PlugIn(row.plugIn, row.parameters)
        let check = try await plugIn.ask("check")
        // A server that can't be asked is no reason to refuse.
        #expect(
            check.status == (row.isOwn ? 1 : 75) && check.reason == (row.isOwn ? "own_login" : "unreachable"),
            "\(check)"
        )
        guard row.isOwn else { return }
        for step in ["generate", "install", "test", "finish", "withdraw"] {
            let answer = try await plugIn.ask(step)
            #expect(answer.status == 1 && answer.reason == "own_login", "\(step): \(answer)")
            #expect(answer.output == "{\"reason\":\"own_login\"}\n")
        }
    }

    /// A server that takes the admin for the account that is to be rotated, whatever name was given: a proxy, a pooler.
    @Test(arguments: [
        (
            "mariadb", #"{"user": "app", "admin": "rot", \#(nowhere)}"#,
            #"print("\t".join(text.encode().hex() for text in ["app", "%", "app@10.%", "{}"]))"#
        ),
        (
            "postgresql", #"{"role": "app", "admin": "rot", \#(nowhere)}"#,
            #"print('[{"name":"app","verifier":null,"login":true,"session":"app","own":"app","comment":null}]')"#
        ),
    ])
    func serverSaysWhoTheAdminIs(plugIn: String, parameters: String, answer: String) async throws {
        let folder = "/tmp/client-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let client = "\(folder)/\(plugIn == "mariadb" ? "mariadb" : "psql")"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try Data("#!/usr/bin/python3\n\(answer)\n".utf8).write(to: URL(filePath: client))
        chmod(client, 0o755)
        let plugIn = PlugIn(plugIn, parameters, environment: ["PATH": "\(folder):/usr/bin:/bin"])
        for step in ["check", "generate"] {
            let answer = try await plugIn.ask(step)
            #expect(answer.status == 1 && answer.reason == "own_login", "\(step): \(answer)")
        }
    }

    /// Plug-ins without a login of their own check their parameters.
    @Test(
        arguments: [
            ("ssh_key", #"{"authorized_keys": "/tmp/authorized_keys"}"#, 0, nil),
            ("ssh_key", #"{"authorized_keys": "/nowhere/authorized_keys"}"#, 75, "file"),
            ("ssh_key", #"{"authorized_keys": "/tmp/authorized_keys", "port": "ssh"}"#, 1, "parameters"),
            ("ssh_key", #"{"authorized_keys": "/tmp/authorized_keys", "comment": "one\ntwo"}"#, 1, "parameters"),
            (
                "tls_certificate", #"{"ca_certificate": "/dev/null", "ca_key": "/dev/null", "names": ["a.example"]}"#,
                0, nil
            ),
            (
                "tls_certificate", #"{"ca_certificate": "/nowhere", "ca_key": "/dev/null", "names": ["a.example"]}"#,
                75, "file"
            ),
            (
                "tls_certificate", #"{"ca_certificate": "/dev/null", "ca_key": "/dev/null", "names": ["a b"]}"#, 1,
                "parameters"
            ),
            ("redis", #"{"user": "app", "host": "/run/redis.sock", "port": 6379}"#, 1, "parameters"),
            ("redis", #"{"user": "app", "host": "/run/redis.sock", "tls": true}"#, 1, "parameters"),
            (
                "mariadb", #"{"user": "app", "admin": "rot", "host": "localhost", "socket": "/run/sock"}"#, 1,
                "parameters"
            ),
            ("mariadb", #"{"user": "app", "admin": "rot", "port": 3307, "socket": "/run/sock"}"#, 1, "parameters"),
            ("mariadb", #"{"user": "app", "admin": "rot", "password": "x"}"#, 1, "parameters"),
            ("postgresql", #"{"role": 5, "admin": "rot"}"#, 1, "parameters"),
        ] as [(String, String, Int32, String?)]
    )
    func checkRefusesUnusableParameters(name: String, parameters: String, status: Int32, reason: String?) async throws {
        let answer = try await PlugIn(name, parameters).ask("check")
        #expect(answer.status == status && answer.reason == reason, "\(answer)")
    }

    /// What all plug-ins share is the same text in each, as each is one file.
    @Test func sharedPartsAreTheSame() throws {
        let texts = try ["mariadb", "postgresql", "redis", "ssh_key", "tls_certificate"].map {
            try String(contentsOfFile: "\(PlugIn.folder)/\($0)", encoding: .utf8)
        }
        for (start, end) in [("class Stop(", "    return result\n"), ("# What a file's error", "main()\n")] {
            let parts = try texts.map { text in
                let from = try #require(text.range(of: start)).lowerBound
                let to = try #require(text.range(of: end, options: end == "main()\n" ? .backwards : [])).upperBound
                return String(text[from..<to])
            }
            #expect(Set(parts).count == 1)
        }
    }
}
