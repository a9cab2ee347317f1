import Foundation
import Glibc
import TestSupport
import Testing

/// No process of a unit's plug-in outlives its step or the daemon; and what it gets from its unit.
@Suite(.timeLimit(.minutes(5)), .enabled(if: PlugInSocket.obstacle == nil, "\(PlugInSocket.obstacle ?? "")"))
struct PlugInUnitLifeTests {
    /// In `install` it notes its processes, two of which leave its session, and waits, unless a file `.calm` is there.
    private static let plugIn = """
        #!/usr/bin/python3 -I
        import json, os, signal, sys
        q = json.load(sys.stdin)
        log = q["parameters"]["log"]
        def note(text):
            with open(log, "a") as file:
                print(text, file=file)
        if q["step"] == "check":
            sys.exit(64)
        if q["step"] == "install" and not os.path.exists(log + ".calm"):
            note("folder " + os.environ["TMPDIR"])
            note(f"launcher {os.getppid()}")
            for name in sorted(os.environ):
                note(f"variable {name}")
            for kind in ["child", "orphan"]:
                if os.fork() == 0:
                    os.setsid()
                    if kind == "orphan" and os.fork() != 0:
                        os._exit(0)
                    break
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            def is_socket(fd):
                try:
                    return os.readlink("/proc/self/fd/" + fd).startswith("socket:")
                except OSError:  # of the listing itself
                    return False
            note(f"pid {os.getpid()} {os.getuid()} {sum(map(is_socket, os.listdir('/proc/self/fd')))}")
            while True:
                signal.pause()
        note("step " + q["step"])
        print(json.dumps({"value": "v-" + os.urandom(12).hex()} if q["step"] == "generate" else {}))

        """

    private static func with(
        timeout: String = "60s",
        _ body: @escaping @Sendable (World) async throws -> Void
    ) async throws {
        try await PlugInTests.with(prepare: PlugInSocket.prepare) { world in
            try world.folder.write(plugIn, to: "generators/system")
            chmod(world.folder.file("generators/system"), 0o755)
            let generator = """
                {type: command, command: system, timeout: \(timeout), environment: [PGHOST, PGPORT],
                parameters: {log: \(world.folder.file("state/log"))}}
                """
            try await world.expect(0, "schedule", "edit", "db", "--generator", generator)
            try await body(world)
        }
    }

    private static func noted(_ word: String, _ world: World) throws -> [String] {
        try world.folder.read("state/log").split(separator: "\n")
            .filter { $0.hasPrefix(word + " ") }.map { String($0.dropFirst(word.count + 1)) }
    }

    private static func pids(_ world: World) throws -> [String] {
        try noted("pid", world).map { String($0.prefix { $0.isNumber }) }
    }

    private static func calm(_ world: World) throws {
        try world.folder.write("", to: "state/log.calm")
        chmod(world.folder.file("state/log.calm"), 0o644)
    }

    @Test func killedDaemonTakesAllProcessesAlong() async throws {
        try await Self.with { world in
            try await PlugInSocket.with(world) { _ in
                try await world.withDaemon { daemon in
                    try await world.expect(0, "rotate-now", "db")
                    try await eventually("three wait") { try Self.pids(world).count == 3 }
                    daemon.send(SIGKILL)
                }
                for pid in try Self.pids(world) { try await PlugInLifeTests.untilGone(pid) }
                try await PlugInLifeTests.untilGone(try #require(try Self.noted("launcher", world).first))
                let folder = try #require(try Self.noted("folder", world).first)
                #expect(access(folder, F_OK) != 0)
                // The next daemon repeats the step.
                try Self.calm(world)
                try await world.withDaemon { _ async throws in try await world.untilNothingIsOpen() }
            }
            #expect(world.patches("db").count == 1)
        }
    }

    @Test func timeOutEndsAllProcesses() async throws {
        try await Self.with(timeout: "2s") { world in
            try await PlugInSocket.with(world) { _ in
                try await world.withDaemon { _ async throws in
                    try await world.expect(0, "rotate-now", "db")
                    try await eventually("three have waited") { try Self.pids(world).count >= 3 }
                    for pid in try Self.pids(world).prefix(3) { try await PlugInLifeTests.untilGone(pid) }
                    try Self.calm(world)
                    try await world.untilNothingIsOpen()
                }
            }
            #expect(try await world.run("audit", "list", "--json").output.contains("timed_out"))
            #expect(world.patches("db").count == 1)
        }
    }

    /// The step may have had an effect, so it is repeated, and said to be cut off.
    @Test func killedLauncherIsADisconnectedStep() async throws {
        try await Self.with { world in
            try await PlugInSocket.with(world) { _ in
                try await world.withDaemon { _ async throws in
                    try await world.expect(0, "rotate-now", "db")
                    try await eventually("three wait") { try Self.pids(world).count == 3 }
                    try Self.calm(world)
                    kill(try #require(Int32(try Self.noted("launcher", world)[0])), SIGKILL)
                    try await world.untilNothingIsOpen()
                }
                // systemd kills the rest of a unit; here nobody does.
                for pid in try Self.pids(world) { if let pid = Int32(pid) { kill(pid, SIGKILL) } }
                // Nor its /tmp, which goes with a unit's PrivateTmp=.
                for folder in try Self.noted("folder", world) { try? FileManager.default.removeItem(atPath: folder) }
            }
            #expect(try await world.run("audit", "list", "--json").output.contains("\"cause\":\"disconnected\""))
            #expect(world.patches("db").count == 1)
        }
    }

    @Test func plugInGetsItsUnitsVariablesAndNoDescriptor() async throws {
        try await Self.with(timeout: "2s") { world in
            let unit = ["PGHOST": "h", "OTHER": "x", "CREDENTIALS_DIRECTORY": "/run/credentials/x"]
            try await PlugInSocket.with(world, environment: unit) { _ in
                try await world.withDaemon { _ async throws in
                    try await world.expect(0, "rotate-now", "db")
                    try await eventually("three wait") { try Self.pids(world).count >= 3 }
                    try Self.calm(world)
                    try await world.untilNothingIsOpen()
                }
            }
            let names = ["CREDENTIALS_DIRECTORY", "GENERATORS_DIRECTORY", "PATH", "PGHOST", "TMPDIR"]
            // Python sets LC_CTYPE itself.
            #expect(Set(try Self.noted("variable", world)).subtracting(["LC_CTYPE"]) == Set(names))
            #expect(try Self.noted("pid", world).allSatisfy { $0.hasSuffix(" \(PlugInSocket.user) 0") })
        }
    }
}
