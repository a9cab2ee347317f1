import Foundation
import Glibc
import TestSupport
import Testing

/// As whom plug-ins run: never as root.
@Suite(.timeLimit(.minutes(5)), .enabled(if: Probe.obstacle == nil, "\(Probe.obstacle ?? "")"))
struct PlugInUserTests {
    /// Tells who it is.
    private static let who = """
        status = open("/proc/self/status").read()
        note("ids", f"{os.getresuid()} {os.getresgid()} {os.getgroups()}")
        for key in ["CapInh", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs", "Seccomp"]:
            note(key, status.partition(key + ":")[2].split()[0])
        note("tmp", f"{os.stat(os.environ['TMPDIR']).st_uid} {oct(os.stat(os.environ['TMPDIR']).st_mode & 0o777)}")
        note("token", attempt(lambda: os.open(folder + "/token", os.O_RDONLY)))
        """

    @Test func rootsDaemonRunsThemAsTheUserThatIsNamed() async throws {
        try await Probe.with(Self.who) { probe in
            let world = probe.world
            try await Shell.run(
                "chown -R root:root '\(world.folder.path)' && chown nobody '\(world.folder.file("state"))'"
            )
            try Self.name("nobody", in: world)
            try await world.withDaemon { _ async throws in
                let outcome = try await world.run("rotate-now", "db", "--wait", "--timeout", "60s")
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            let none = "0000000000000000"
            let expected =
                [
                    "ids (65534, 65534, 65534) (65534, 65534, 65534) [65534]", "CapInh \(none)", "CapPrm \(none)",
                    "CapEff \(none)", "CapAmb \(none)", "NoNewPrivs 1", "Seccomp 2", "tmp 65534 0o700", "token EACCES",
                ]
            #expect(try probe.results == expected)
        }
    }

    @Test func rootsDaemonRefusesThemWithoutOne() async throws {
        try await Probe.with(Self.who) { probe in
            let world = probe.world
            try await Shell.run("chown -R root:root '\(world.folder.path)'")
            let reason = "plug-ins do not run as root: name the user that they run as in generators.user"
            try await Self.expectRefusal(reason, probe)
        }
    }

    @Test func daemonThatIsNotRootsRefusesThemAsAnotherUser() async throws {
        try await Probe.with(Self.who) { probe in
            try Self.name("nobody", in: probe.world)
            let reason = "uid \(Probe.user) can't run plug-ins as generators.user: only root can become another user"
            try await Self.expectRefusal(reason, probe, daemon: Probe.user)
        }
    }

    @Test(arguments: [
        ("root", "plug-ins do not run as root: name another user"), ("nobody-at-all", "the system knows no"),
    ])
    func userThatWillNotDoIsRefused(name: String, message: String) async throws {
        try await Probe.with("") { probe in
            try Self.name(name, in: probe.world)
            let outcome = try await probe.world.run("check")
            #expect(outcome.status == 78 && outcome.errors.contains(message), "\(outcome.errors)")
        }
    }

    private static func name(_ user: String, in world: World) throws {
        let text = try world.folder.read("config.yaml")
        try world.folder.write(text.replacing("generators\"}", with: "generators\", user: \(user)}"), to: "config.yaml")
        chmod(world.folder.file("config.yaml"), 0o644)
    }

    /// Nothing is run, and daemon, history and `check` say why.
    private static func expectRefusal(_ reason: String, _ probe: Probe, daemon: UInt32? = nil) async throws {
        let world = probe.world
        try await world.withDaemon(user: daemon) { _ async throws in
            let outcome = try await world.run("rotate-now", "db", "--wait", "--timeout", "60s")
            #expect(outcome.status == 1)
            let check = try await world.run("check")
            #expect(check.status == 1 && check.output.contains("its plug-in is not run: \(reason)"), "\(check.output)")
        }
        #expect(try world.log.contains("plug-ins are not run: \(reason)"))
        #expect(access(world.folder.file("state/result"), F_OK) != 0)
        #expect(world.patches("db").isEmpty)
    }
}
