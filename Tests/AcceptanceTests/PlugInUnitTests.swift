import Foundation
import Glibc
import TestSupport
import Testing

/// Plug-ins that are units of their own: each step goes through a socket to our launcher, which another user's process is.
@Suite(.timeLimit(.minutes(5)), .enabled(if: PlugInSocket.obstacle == nil, "\(PlugInSocket.obstacle ?? "")"))
struct PlugInUnitTests {
    /// The world of the other plug-in tests, whose daemon uses sockets.
    private static func with(
        fault: String = "{}",
        timeout: String = "20s",
        _ body: @escaping @Sendable (World) async throws -> Void
    ) async throws {
        try await PlugInTests.with(fault: fault, timeout: timeout, prepare: PlugInSocket.prepare, body)
    }

    // MARK: Rotations

    @Test func fullCycleGoesThroughTheSocket() async throws {
        try await Self.with { world in
            try await PlugInSocket.with(world) { socket in
                try await world.withDaemon { _ async throws in
                    let outcome = try await PlugInTests.rotate(world)
                    #expect(outcome.status == 0, "\(outcome.errors)")
                }
                // Each connection but the check's was a step.
                #expect(try PlugInTests.steps(world) == ["generate", "install", "test", "finish"])
            }
            try PlugInTests.expectAgreement(world)
            #expect(try world.folder.read("state/system") != "old")
            #expect(access(world.folder.file("none"), F_OK) != 0)
        }
    }

    /// A plug-in's exit statuses mean what they mean without units.
    @Test(arguments: [
        ("{install: 1}", "generator"), ("{test: garbage}", "generator"), ("{generate: flood}", "generator"),
        ("{generate: 65}", "unusable_value"), ("{install: crash}", "generator"),
    ])
    func permanentFailureIsWithdrawn(fault: String, error: String) async throws {
        try await Self.with(fault: fault) { world in
            try await PlugInSocket.with(world) { _ in
                try await world.withDaemon { _ async throws in #expect(try await PlugInTests.rotate(world).status == 1)
                }
            }
            try PlugInTests.expectAgreement(world)
            let rotation = try #require(try await world.run("rotation", "list", "--json").objects.last)
            #expect(rotation["error"] as? String == error)
        }
    }

    @Test(arguments: ["generate", "install", "finish"])
    func stepThatSomebodyKillsIsRepeated(step: String) async throws {
        try await Self.with(fault: "{\(step): killed}") { world in
            try await PlugInSocket.with(world) { _ in
                try await world.withDaemon { _ async throws in #expect(try await PlugInTests.rotate(world).status == 0)
                }
            }
            try PlugInTests.expectAgreement(world)
            #expect(try PlugInTests.steps(world).filter { $0 == step }.count == 2)
        }
    }

    /// No socket, and then one that nobody listens at: the rotation waits, and has not failed.
    @Test func missingSocketIsWaitedFor() async throws {
        try await Self.with { world in
            try await world.withDaemon { _ async throws in
                try await world.expect(0, "rotate-now", "db")
                try await Self.untilAudited("no_socket", world)
                try await PlugInSocket.with(world) { _ in try await world.untilNothingIsOpen() }
                #expect(world.patches("db").count == 1)
                // What is left of a socket after a crash.
                _ = try await Oracle.python(
                    "import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])",
                    "\(PlugInSocket.folder(of: world))/system.sock"
                )
                try await world.expect(0, "rotate-now", "db")
                try await Self.untilAudited("connection_refused", world)
                try await PlugInSocket.with(world) { _ in try await world.untilNothingIsOpen() }
            }
            #expect(world.patches("db").count == 2)
            let events = try await world.events("db")
            #expect(!events.contains("rotation.failed") && events.filter { $0 == "rotation.opened" }.count == 2)
            try PlugInTests.expectAgreement(world)
        }
    }

    private static func untilAudited(_ word: String, _ world: World) async throws {
        try await eventually("the history has \(word)") {
            try await world.run("audit", "list", "--json").output.contains("\"\(word)\"")
        }
    }

    // MARK: The launcher

    @Test func otherUsersAndOtherBytesAreRefused() async throws {
        try await Self.with { world in
            try await PlugInSocket.with(world) { socket in
                // As if the unit had another mode; the folder above has to be passed, too.
                chmod(socket.path, 0o666)
                chmod(PlugInSocket.folder(of: world), 0o755)
                let probe = "010200000000"
                #expect(try await socket.ask(probe, as: 0).hasPrefix("04"))
                let refused = try await socket.ask(probe, as: Probe.user)
                #expect(refused.hasPrefix("03 caller_refused") && refused.contains("uid \(Probe.user)"), "\(refused)")
                for junk in ["", "02", "0102000000", "010400000000", "0101000000017b", "0101ffffffff"] {
                    #expect(try await socket.ask(junk, as: 0).hasPrefix("03 invalid_request"), "\(junk)")
                }
                #expect(try await socket.ask("020200000000", as: 0).hasPrefix("03 other_version"))
                #expect(try PlugInTests.steps(world).isEmpty)
            }
        }
    }

    @Test func fileAndUserAreCheckedByTheLauncher() async throws {
        try await Self.with { world in
            try await PlugInSocket.with(world) { _ in
                chmod(world.folder.file("generators/system"), 0o777)
                let check = try await world.run("check")
                #expect(check.status == 1 && check.output.contains("its unit refuses: "), "\(check.output)")
                try await world.withDaemon { _ async throws in #expect(try await PlugInTests.rotate(world).status == 1)
                }
                #expect(try await world.run("audit", "list", "--json").output.contains("\"file_refused\""))
                #expect(try PlugInTests.steps(world).isEmpty)
            }
        }
    }

    /// What it writes reaches the daemon, which masks it, and nothing else.
    @Test(arguments: [
        ("{test: {exit: 3, reason: no_login, say: 'ERROR 42'}}", "ERROR 42"),
        ("{install: 1}", #""lines_withheld":"1""#),
    ])
    func standardErrorGoesToTheDaemonAlone(fault: String, shown: String) async throws {
        try await Self.with(fault: fault) { world in
            try await PlugInSocket.with(world) { socket in
                try await world.withDaemon { _ async throws in _ = try await PlugInTests.rotate(world) }
                let said = try socket.log
                #expect(!said.contains("ERROR 42") && !said.contains("no:"), "\(said)")
            }
            let log = try world.log
            #expect(log.contains(shown) && !log.contains("no:"), "\(log)")
        }
    }

    /// A new daemon's first step waits for the step of an earlier one.
    @Test func stepWaitsForThatOfAnEarlierDaemon() async throws {
        try await Self.with { world in
            try world.folder.write(String(repeating: "a", count: 32), to: "state/lock")
            try await World.giveToPlugIns(world.folder.file("state/lock"))
            let descriptor = open(world.folder.file("state/lock"), O_RDONLY | O_CLOEXEC)
            defer { close(descriptor) }
            try #require(flock(descriptor, LOCK_SH) == 0)
            try await PlugInSocket.with(world) { _ in
                try await world.withDaemon { _ async throws in
                    try await world.expect(0, "rotate-now", "db")
                    try await Self.untilAudited("busy", world)
                    #expect(try PlugInTests.steps(world).isEmpty)
                    flock(descriptor, LOCK_UN)
                    try await world.untilNothingIsOpen()
                }
            }
            #expect(world.patches("db").count == 1)
        }
    }

    // MARK: Commands

    @Test func checkNamesAMissingSocket() async throws {
        try await Self.with { world in
            let missing = try await world.run("check")
            #expect(missing.status == 1)
            #expect(missing.output.contains("there is no socket \(PlugInSocket.folder(of: world))/system.sock"))
            #expect(missing.output.contains("systemctl enable --now secret-rotator-plugin-system.socket"))
            try await PlugInSocket.with(world) { _ in
                let found = try await world.run("check", "--json")
                let finding = found.objects.first { $0["subject"] as? String == "plug-in system" }
                #expect(finding?["result"] as? String == "ok", "\(found.output)")
            }
            #expect(try PlugInTests.steps(world).isEmpty)
        }
    }

    @Test func tryGoesThroughTheSocket() async throws {
        try await Self.with { world in
            let parameters = "{system: \(world.folder.file("state/system")), log: \(world.folder.file("state/log"))}"
            let arguments = ["plug-in", "try", "system", "--parameters", parameters, "--withdraw", "--json"]
            #expect(try await world.run(arguments).status == 66)
            try await PlugInSocket.with(world) { _ in
                let outcome = try await world.run(arguments)
                #expect(outcome.status == 0 && outcome.objects.count == 5, "\(outcome.errors)")
                #expect(try world.folder.read("state/system") == "old")
            }
        }
    }
}
