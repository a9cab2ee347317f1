import Foundation
import Testing

/// Values of the plug-ins in every form, as clients take them; and names in every form that servers know.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct PlugInValueTests {
    /// A host's name is kept in lower case by the server, a user's as it was written.
    @Test(.enabled(if: Server.Kind.mariadb.obstacle == nil, "\(Server.Kind.mariadb.obstacle ?? "")"))
    func userOfAHostInMixedCaseRotates() async throws {
        try await Server.with(.mariadb) { server in
            _ = try await server.output(
                "mariadb --no-defaults -u root -S $W/my/sock -e \"CREATE USER App@'LocalHost' IDENTIFIED BY 'first'\""
            )
            let plugIn = { (user: String, host: String) in
                PlugIn(
                    "mariadb",
                    """
                    {"socket": "\(server.folder)/my/sock", "admin": "rot", "admin_password_file": "\(server.folder)/admin",
                    "user": "\(user)", "user_host": "\(host)"}
                    """
                )
            }
            for host in ["localhost", "LocalHost", "LOCALHOST"] {
                try await plugIn("App", host).run("install", "test", "finish")
                try await plugIn("App", host).run("install", "withdraw")
            }
            for user in ["app", "APP", "App "] {
                #expect(try await plugIn(user, "LocalHost").ask("generate").reason == "no_such_user", "\(user)")
            }
        }
    }

    /// A socket's path stands in the value, in the form that redis-py, go-redis and SQLAlchemy read.
    @Test(
        .enabled(
            if: Server.Kind.mariadb.obstacle == nil && Server.Kind.redis.obstacle == nil,
            "\(Server.Kind.mariadb.obstacle ?? Server.Kind.redis.obstacle ?? "")"
        ),
        arguments: [
            (
                Server.Kind.redis, #""host": "$W/rd/sock", "user": "app", "format": "url""#,
                #"unix://app:\w{32}@$W/rd/sock"#
            ),
            (
                .redis, #""host": "127.0.0.1", "port": $P, "user": "app", "format": "url""#,
                #"redis://app:\w{32}@127\.0\.0\.1:$P"#
            ),
            (
                .mariadb, #""socket": "$W/my/sock", "admin": "rot", "user": "app", "format": "url", "database": "a/b""#,
                #"mysql://app:\w{32}@localhost/a%2Fb\?unix_socket=%2Ftmp%2F[^%]+%2Fmy%2Fsock"#
            ),
            (
                .mariadb, #""socket": "$W/my/sock", "admin": "rot", "user": "app", "format": "json""#,
                #"\{"username": "app", "password": "\w{32}", "host": "localhost", "socket": "$W/my/sock"\}"#
            ),
            (
                .mariadb, #""port": $P, "admin": "rot", "user": "app", "format": "json""#,
                #"\{"username": "app", "password": "\w{32}", "host": "localhost", "port": $P\}"#
            ),
        ]
    )
    func valueSaysWhereTheServerIs(kind: Server.Kind, parameters: String, form: String) async throws {
        try await Server.with(kind) { server in
            let filled = { (text: String) in
                text.replacing("$W", with: server.folder).replacing("$P", with: "\(server.port)")
            }
            let plugIn = PlugIn(
                kind.rawValue,
                "{\"admin_password_file\": \"\(server.folder)/admin\", \(filled(parameters))}"
            )
            try await plugIn.run("install", "test", "finish")
            let value = try #require(try await plugIn.ask("generate").value)
            #expect(try value.wholeMatch(of: Regex(filled(form))) != nil, "another form")
        }
    }

    private static let long = String(repeating: "a", count: 60) + ".example.com"

    /// X.509 limits a common name to 64 characters, a DNS name has up to 253.
    @Test(arguments: [
        (["www.example.com"], "CN = www.example.com", false), ([long], "", true),
        ([long, "www.example.com"], "CN = www.example.com", false), (["192.0.2.1"], "CN = 192.0.2.1", false),
        (
            [String(repeating: "b", count: 52) + ".example.com"],
            "CN = " + String(repeating: "b", count: 52) + ".example.com", false
        ),
    ])
    func certificateHasEveryName(names: [String], subject: String, isCritical: Bool) async throws {
        let folder = "/tmp/ca-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await Shell.run(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout ca.key -out ca.pem -days 9 "
                + "-subj /CN=ca",
            in: folder
        )
        let listed = names.map { "\"\($0)\"" }.joined(separator: ", ")
        let plugIn = PlugIn(
            "tls_certificate",
            #"{"ca_certificate": "\#(folder)/ca.pem", "ca_key": "\#(folder)/ca.key", "names": [\#(listed)]}"#
        )
        let made = try await plugIn.ask("generate")
        #expect(made.status == 0, "\(made)")
        #expect(try await plugIn.ask("test", made).status == 0)
        try Data(try #require(made.value).utf8).write(to: URL(filePath: "\(folder)/value"))
        let text = try await Oracle.python(
            "import subprocess, sys; print(subprocess.run(['openssl', 'x509', '-in', sys.argv[1], '-noout', '-subject', "
                + "'-ext', 'subjectAltName'], capture_output=True, text=True).stdout)",
            "\(folder)/value"
        )
        #expect(text.contains("subject=\(subject)\n"), "\(text)")
        #expect(text.contains("Alternative Name: critical") == isCritical, "\(text)")
        for name in names { #expect(text.contains(":\(name)"), "\(text)") }
    }
}
