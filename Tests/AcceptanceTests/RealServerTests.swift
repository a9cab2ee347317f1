import Foundation
import SandboxHub
import TestSupport
import Testing

/// The plug-ins of `config/generators` against real servers: whatever happens, what the hub holds logs in.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct RealServerTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A name and a password, as a client takes them from a value.
    private static func login(_ world: World) throws -> (user: String, password: String) {
        let value = try #require(world.hub.value(of: "db"))
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(value.utf8)) as? [String: Any])
        return (try #require(fields["username"] as? String), try #require(fields["password"] as? String))
    }

    private static func logsIn(_ world: World, _ server: Server) async throws -> Bool {
        let (user, password) = try login(world)
        return try await server.letsIn(user, password)
    }

    private static func copyPlugIns(to world: World) throws {
        let folder = world.folder.file("generators")
        let source = repository.appending(path: "config/generators").path()
        try FileManager.default.copyItem(atPath: source, toPath: folder)
        try world.usePlugIns(in: folder)
    }

    /// A world with a plug-in of the repository's, and a schedule for the server's account.
    private static func with(
        _ kind: Server.Kind,
        parameters: String,
        command: String? = nil,
        _ body: @escaping @Sendable (World, Server) async throws -> Void
    ) async throws {
        try await Server.with(kind) { server in
            try await World.with(hub: "rate_limit: 1000/s") { world in
                try copyPlugIns(to: world)
                let user = kind == .postgresql ? "app_a" : "app"
                world.hub.create("db", value: #"{"username":"\#(user)","password":"first"}"#)
                let generator = """
                    {type: command, command: \(command ?? kind.rawValue), timeout: 60s, parameters: {host: 127.0.0.1,
                    port: \(server.port), admin_password_file: \(server.folder)/admin, format: json, \(parameters)}}
                    """
                let arguments = [
                    "schedule", "add", "db", "--every", "30d", "--min-interval", "0s", "--generator", generator,
                ]
                let added = try await world.run(arguments)
                #expect(added.status == 0, "\(added.errors)")
                #expect(try await logsIn(world, server))
                try await body(world, server)
            }
        }
    }

    /// Logs in with what the hub holds, again and again, until so many values were sent.
    private static func logIn(_ world: World, _ server: Server, until values: Int) async throws -> Int {
        var logins = 0
        while world.patches("db").count < values {
            let isIn = try await logsIn(world, server)
            #expect(isIn, "after \(logins) logins")
            logins += 1
        }
        return logins
    }

    private static func rotate(_ world: World) async throws -> Program.Outcome {
        try await world.run("rotate-now", "db", "--wait", "--timeout", "2m")
    }

    private static let alternating = "admin: postgres, roles: [app_a, app_b]"

    /// A client that keeps reading the secret and logging in with it never fails, through 50 rotations.
    @Test(.enabled(if: Server.Kind.postgresql.obstacle == nil, "\(Server.Kind.postgresql.obstacle ?? "")"))
    func alternatingRolesFailNoLoginThroughFiftyRotations() async throws {
        try await Self.with(.postgresql, parameters: Self.alternating) { world, server in
            try await world.withDaemon { _ async throws in
                async let logins = Self.logIn(world, server, until: 50)
                for _ in 0..<50 {
                    let outcome = try await Self.rotate(world)
                    #expect(outcome.status == 0, "\(outcome.errors)")
                }
                #expect(try await logins > 50)
            }
            #expect(Set(world.patches("db").map(\.value)).count == 50)
        }
    }

    /// Refused by the hub; then a single role, whose old password is put back.
    @Test(.enabled(if: Server.Kind.postgresql.obstacle == nil, "\(Server.Kind.postgresql.obstacle ?? "")"))
    func refusedValueIsWithdrawnFromPostgreSQL() async throws {
        for parameters in [Self.alternating, "admin: postgres, role: app_a"] {
            try await Self.with(.postgresql, parameters: parameters) { world, server in
                try await world.withDaemon { _ async throws in
                    #expect(try await Self.rotate(world).status == 0)
                    #expect(try await Self.logsIn(world, server))
                    world.hub.inject([SandboxFault(.status(400), method: "PATCH")])
                    #expect(try await Self.rotate(world).status == 1)
                    #expect(try await Self.logsIn(world, server))
                    #expect(try await Self.rotate(world).status == 0)
                    #expect(try await Self.logsIn(world, server))
                }
                #expect(try await world.events("db").filter { $0 == "rotation.failed" }.count == 1)
            }
        }
    }

    /// An admin that may not change roles: nothing has changed, and the hub was told nothing.
    @Test(.enabled(if: Server.Kind.postgresql.obstacle == nil, "\(Server.Kind.postgresql.obstacle ?? "")"))
    func databaseThatRefusesChangesNothing() async throws {
        let parameters = "admin: weak, roles: [app_a, app_b]"
        try await Self.with(.postgresql, parameters: parameters) { world, server in
            try await world.withDaemon { _ async throws in
                #expect(try await Self.rotate(world).status == 1)
                #expect(try await Self.logsIn(world, server))
            }
            #expect(world.patches("db").isEmpty)
        }
    }

    /// The daemon is killed after each step, while the plug-in that has done it still runs; then it goes on by itself.
    @Test(
        .enabled(if: Server.Kind.postgresql.obstacle == nil, "\(Server.Kind.postgresql.obstacle ?? "")"),
        arguments: ["generate", "install", "test", "finish"]
    )
    func killedAfterAnyStepTheHubsValueLogsIn(step: String) async throws {
        try await Self.with(.postgresql, parameters: Self.alternating, command: "held") { world, server in
            let mark = world.folder.file("mark")
            try FileManager.default.createDirectory(atPath: mark, withIntermediateDirectories: false)
            try await World.giveToPlugIns(mark)
            let held = """
                #!/bin/sh
                read -r question
                printf '%s\\n' "$question" | \(world.folder.file("generators"))/postgresql > "$TMPDIR/answer" || exit $?
                case $question in
                *'"step":"\(step)"'*)
                    [ -e \(mark)/held ] || { echo $$ > \(mark)/pid; mv \(mark)/pid \(mark)/held; sleep 120; } ;;
                esac
                cat "$TMPDIR/answer"

                """
            try world.folder.write(held, to: "generators/held")
            chmod(world.folder.file("generators/held"), 0o755)
            try await world.withDaemon { daemon in
                try await world.expect(0, "rotate-now", "db")
                try await eventually("the step was done") {
                    FileManager.default.fileExists(atPath: "\(mark)/held")
                }
                daemon.send(SIGKILL)
            }
            let pid = try String(contentsOfFile: "\(mark)/held", encoding: .utf8)
            try await PlugInLifeTests.untilGone(pid)
            #expect(try await Self.logsIn(world, server))
            try await world.withDaemon { _ in
                try await world.untilNothingIsOpen()
            }
            #expect(try await Self.logsIn(world, server))
            #expect(try Self.login(world).user == "app_b")
        }
    }

    /// Both passwords are good until `finish`; a refusal takes the new one away again.
    @Test(
        .enabled(
            if: Server.Kind.mariadb.obstacle == nil && Server.Kind.redis.obstacle == nil,
            "\(Server.Kind.mariadb.obstacle ?? Server.Kind.redis.obstacle ?? "")"
        ),
        arguments: [Server.Kind.mariadb, .redis]
    )
    func usersOfMariaDBAndRedisRotate(kind: Server.Kind) async throws {
        let parameters = kind == .mariadb ? "admin: rot, user: app" : "user: app"
        try await Self.with(kind, parameters: parameters) { world, server in
            try await world.withDaemon { _ async throws in
                for _ in 0..<3 {
                    let old = try Self.login(world)
                    let outcome = try await Self.rotate(world)
                    #expect(outcome.status == 0, "\(outcome.errors)")
                    #expect(try await Self.logsIn(world, server))
                    #expect(try await !server.letsIn(old.user, old.password))
                }
                world.hub.inject([SandboxFault(.status(400), method: "PATCH")])
                #expect(try await Self.rotate(world).status == 1)
                #expect(try await Self.logsIn(world, server))
            }
            #expect(Set(world.patches("db").map(\.value)).count == 4)
        }
    }

    // MARK: Files

    /// A world with a plug-in of the repository's that needs no server.
    private static func withFiles(
        _ command: String,
        parameters: @Sendable (World) throws -> String,
        _ body: @escaping @Sendable (World) async throws -> Void
    ) async throws {
        try await withoutActuallyEscaping(parameters) { parameters in
            try await World.with(hub: "rate_limit: 1000/s") { world in
                try copyPlugIns(to: world)
                let state = world.folder.file("state")
                try FileManager.default.createDirectory(
                    atPath: state,
                    withIntermediateDirectories: false,
                    attributes: [.posixPermissions: 0o700]
                )
                try await World.giveToPlugIns(state)
                world.hub.create("db", value: "by hand")
                let generator = "{type: command, command: \(command), parameters: {\(try parameters(world))}}"
                try await world.expect(0, "schedule", "add", "db", "--every", "30d", "--generator", generator)
                try await body(world)
            }
        }
    }

    private static func shell(_ world: World, _ script: String) async throws -> String {
        try await Oracle.python(
            "import subprocess, sys; print(subprocess.run(sys.argv[1], shell=True, cwd=sys.argv[2], "
                + "capture_output=True, text=True).stdout)",
            script,
            world.folder.file("state")
        )
    }

    @Test func certificateOfAnOwnCAIsVerifiedByOpenSSL() async throws {
        try await Self.withFiles("tls_certificate") { world in
            let state = world.folder.file("state")
            return
                "ca_certificate: \(state)/ca.pem, ca_key: \(state)/ca.key, names: [www.example.com], days: 30, key: p256, "
                + "subject: /CN=www.example.com"
        } _: { world in
            let request =
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout ca.key -out ca.pem "
                + "-days 90 -subj /CN=ca"
            _ = try await Self.shell(world, request)
            try await World.giveToPlugIns(world.folder.file("state"))
            try await world.withDaemon { _ async throws in #expect(try await Self.rotate(world).status == 0) }
            try world.folder.write(try #require(world.hub.value(of: "db")), to: "state/value.pem")
            #expect(try await Self.shell(world, "openssl verify -CAfile ca.pem value.pem").contains("value.pem: OK"))
            let same =
                "[ \"$(openssl pkey -in value.pem -pubout)\" = \"$(openssl x509 -in value.pem -noout -pubkey)\" ] "
                + "&& echo same"
            #expect(try await Self.shell(world, same).contains("same"))
        }
    }

    @Test(.enabled(if: access("/usr/bin/ssh-keygen", X_OK) == 0, "the package openssh-client is not installed"))
    func keyOfAnAccountIsTheOneInItsFile() async throws {
        try await Self.withFiles("ssh_key") { world in
            "authorized_keys: \(world.folder.file("state"))/authorized_keys"
        } _: { world in
            try world.folder.write("ssh-ed25519 AAAA by-hand\n", to: "state/authorized_keys")
            try await World.giveToPlugIns(world.folder.file("state"))
            try await world.withDaemon { _ async throws in
                for _ in 0..<2 {
                    #expect(try await Self.rotate(world).status == 0)
                    try world.folder.write(try #require(world.hub.value(of: "db")), to: "state/key")
                    let found =
                        "grep -c \"$(ssh-keygen -y -f key | cut -d' ' -f2)\" authorized_keys; wc -l < authorized_keys"
                    #expect(try await Self.shell(world, found) == "1\n2")
                }
                let before = try world.folder.read("state/authorized_keys")
                world.hub.inject([SandboxFault(.status(400), method: "PATCH")])
                #expect(try await Self.rotate(world).status == 1)
                #expect(try world.folder.read("state/authorized_keys") == before)
            }
        }
    }

    /// `test` logs in to a real sshd before the hub is told; the old key opens the account until `finish`.
    @Test(.enabled(if: Server.Kind.sshd.obstacle == nil, "\(Server.Kind.sshd.obstacle ?? "")"))
    func keyOfAnAccountLogsIn() async throws {
        try await Server.with(.sshd) { server in
            try await Self.withFiles("ssh_key") { _ in
                "authorized_keys: \(server.folder)/keys/authorized_keys, login: root@127.0.0.1, port: \(server.port), "
                    + "known_hosts: \(server.folder)/known_hosts"
            } _: { world in
                try await world.withDaemon { _ async throws in
                    var old: String?
                    for _ in 0..<2 {
                        let outcome = try await Self.rotate(world)
                        #expect(outcome.status == 0, "\(outcome.errors)")
                        let key = try #require(world.hub.value(of: "db"))
                        #expect(try await server.letsIn("root", key))
                        if let old { #expect(try await !server.letsIn("root", old)) }
                        old = key
                    }
                    world.hub.inject([SandboxFault(.status(400), method: "PATCH")])
                    #expect(try await Self.rotate(world).status == 1)
                    #expect(try await server.letsIn("root", try #require(old)))
                    // A login that fails: the hub is told nothing, and what was installed is gone again.
                    let sent = world.patches("db").count
                    try Data().write(to: URL(filePath: "\(server.folder)/known_hosts"))
                    #expect(try await Self.rotate(world).status == 1)
                    #expect(world.patches("db").count == sent)
                    #expect(
                        try String(contentsOfFile: "\(server.folder)/keys/authorized_keys", encoding: .utf8)
                            .split(separator: "\n").count == 1
                    )
                }
            }
        }
    }
}
