import Foundation
import Glibc
import TestSupport
import Testing

/// No process of a plug-in outlives its step, or the daemon.
@Suite(.timeLimit(.minutes(5)), .enabled(if: World.plugInObstacle == nil, "\(World.plugInObstacle ?? "")"))
struct PlugInLifeTests {
    /// Starts a child, one in a session of its own, and one whose parent has ended.
    ///
    /// Each notes its number, and waits. Where a file `.calm` stands beside the log, it does nothing of the kind.
    private static let plugIn = """
        #!/usr/bin/python3 -I
        import json, os, secrets, signal, sys
        q = json.load(sys.stdin)
        p = q["parameters"]
        log = p["log"]
        def note(text):
            with open(log, "a") as file:
                print(text, file=file)
        def linger():
            os.close(0)
            note(f"pid {os.getpid()}")
            while True:
                signal.pause()
        if q["step"] == "check":
            sys.exit(64)
        if q["step"] == p["at"] and not os.path.exists(log + ".calm"):
            note("folder " + os.environ["TMPDIR"])
            open(os.environ["TMPDIR"] + "/key", "w").write("a key")
            os.mkdir(os.environ["TMPDIR"] + "/inner")
            os.symlink(os.path.dirname(log), os.environ["TMPDIR"] + "/inner/link")
            note(f"launcher {os.getppid()}")
            for kind in p["kinds"]:
                if os.fork() == 0:
                    signal.signal(signal.SIGTERM, signal.SIG_IGN)
                    if kind != "child":
                        os.setsid()
                    if kind == "orphan" and os.fork() != 0:
                        os._exit(0)
                    linger()
            if p["waits"]:
                linger()
        note("step " + q["step"])
        print(json.dumps({"value": "v-" + secrets.token_hex(12)} if q["step"] == "generate" else {}))

        """

    private static func with(
        at step: String,
        waits: Bool,
        kinds: String = "child, session, orphan",
        timeout: String = "60s",
        _ body: @escaping @Sendable (World) async throws -> Void
    ) async throws {
        try await PlugInTests.with { world in
            try world.folder.write(plugIn, to: "generators/system")
            chmod(world.folder.file("generators/system"), 0o755)
            let generator = """
                {type: command, command: system, timeout: \(timeout), parameters: {log: \(world.folder.file("state/log")),
                at: \(step), waits: \(waits), kinds: [\(kinds)]}}
                """
            try await world.expect(0, "schedule", "edit", "db", "--generator", generator)
            do { try await body(world) } catch {
                // What this test is about is what has failed: nothing else would end them.
                for pid in try noted("pid", world) { if let pid = Int32(pid) { kill(pid, SIGKILL) } }
                throw error
            }
        }
    }

    /// What was noted with a word.
    private static func noted(_ word: String, _ world: World) throws -> [String] {
        try world.folder.read("state/log").split(separator: "\n")
            .filter { $0.hasPrefix(word + " ") }.map { String($0.dropFirst(word.count + 1)) }
    }

    /// Returns once a process has ended, whether its parent has asked for its status or not.
    static func untilGone(_ pid: String) async throws {
        let pid = pid.trimmingCharacters(in: .whitespacesAndNewlines)
        try await eventually("process \(pid) has ended") {
            let status = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ") Z"
            return status.contains(") Z")
        }
    }

    /// With the file that makes it calm, in the plug-in's folder.
    private static func calm(_ world: World) throws {
        try world.folder.write("", to: "state/log.calm")
        chmod(world.folder.file("state/log.calm"), 0o644)
    }

    @Test(arguments: ["generate", "install", "finish"])
    func killedDaemonTakesAllProcessesAlong(step: String) async throws {
        try await Self.with(at: step, waits: true) { world in
            try await world.withDaemon { daemon in
                try await world.expect(0, "rotate-now", "db")
                try await eventually("four wait") { try Self.noted("pid", world).count == 4 }
                daemon.send(SIGKILL)
            }
            for pid in try Self.noted("pid", world) { try await Self.untilGone(pid) }
            // The key is still there, until a daemon starts.
            let folder = try #require(try Self.noted("folder", world).first)
            #expect(access(folder + "/key", F_OK) == 0)
            try Self.calm(world)
            try await world.withDaemon { _ async throws in
                #expect(access(folder, F_OK) != 0)
                try await world.untilNothingIsOpen()
            }
            // The link in it was not followed.
            #expect(access(world.folder.file("state/log"), F_OK) == 0)
            #expect(world.patches("db").count == 1)
        }
    }

    @Test func timeOutEndsAllProcesses() async throws {
        try await Self.with(at: "install", waits: true, timeout: "2s") { world in
            try await world.withDaemon { _ async throws in
                try await world.expect(0, "rotate-now", "db")
                try await eventually("four have waited") { try Self.noted("pid", world).count >= 4 }
                for pid in try Self.noted("pid", world).prefix(4) { try await Self.untilGone(pid) }
                try Self.calm(world)
                try await world.untilNothingIsOpen()
                for pid in try Self.noted("pid", world) { try await Self.untilGone(pid) }
            }
            for folder in try Self.noted("folder", world) { #expect(access(folder, F_OK) != 0) }
        }
    }

    /// Those that it leaves hold its standard output: the step does not wait for them until its time is over.
    @Test func plugInThatHasAnsweredLeavesNoProcess() async throws {
        try await Self.with(at: "install", waits: false, timeout: "10m") { world in
            try await world.withDaemon { _ async throws in
                let outcome = try await PlugInTests.rotate(world, timeout: "2m")
                #expect(outcome.status == 0, "\(outcome.errors)")
                for pid in try Self.noted("pid", world) { try await Self.untilGone(pid) }
            }
        }
    }

    /// The kernel ends the plug-in then; the step is repeated.
    @Test func plugInEndsWithItsLauncher() async throws {
        try await Self.with(at: "install", waits: true, kinds: "") { world in
            try await world.withDaemon { _ async throws in
                try await world.expect(0, "rotate-now", "db")
                try await eventually("it waits") { try Self.noted("pid", world).count == 1 }
                try Self.calm(world)
                kill(try #require(Int32(try Self.noted("launcher", world)[0])), SIGKILL)
                try await Self.untilGone(try Self.noted("pid", world)[0])
                try await world.untilNothingIsOpen()
            }
            #expect(world.patches("db").count == 1)
        }
    }

    /// A launcher of an earlier daemon that is still there: no step begins, until it is not.
    @Test func stepWaitsForThatOfAnEarlierDaemon() async throws {
        try await Self.with(at: "none", waits: false) { world in
            let file = world.folder.file("rotator.db.plug-ins")
            try await world.withDaemon { _ async throws in }
            let descriptor = open(file, O_RDONLY | O_CLOEXEC)
            defer { close(descriptor) }
            try #require(flock(descriptor, LOCK_SH) == 0)
            try await world.withDaemon { _ async throws in
                try await world.expect(0, "rotate-now", "db")
                try await eventually("the step was put off") {
                    try await world.run("audit", "list", "--json").output.contains("not_started")
                }
                #expect(try Self.noted("step", world).isEmpty)
                flock(descriptor, LOCK_UN)
                try await world.untilNothingIsOpen()
            }
            #expect(try world.log.contains("plug-ins of a daemon that has ended still run"))
            #expect(try Self.noted("step", world).contains("generate"))
            #expect(world.patches("db").count == 1)
        }
    }

    /// Started by a daemon that has ended meanwhile, with its question written: it is too late.
    @Test func launcherThatComesAfterItsDaemonRunsNothing() async throws {
        try await Self.with(at: "none", waits: false) { world in
            let question = #"{"protocol":1,"step":"finish","parameters":{"log":"LOG","at":"none","waits":false}}"#
                .replacing("LOG", with: world.folder.file("state/log"))
            let program = """
                import os, subprocess, sys
                def run(is_daemon_there):
                    ours, theirs = os.pipe()
                    os.write(theirs, sys.argv[1].encode() + b"\\n")
                    if not is_daemon_there:
                        os.close(theirs)
                    done = subprocess.run(sys.argv[2:], stdin=ours, capture_output=True, text=True)
                    return done.returncode, done.stdout.strip()
                print(run(True), run(False))
                """
            let arguments = ["--user", "65534:65534:65534", world.folder.file("generators"), "system"]
            let output = try await Oracle.python(
                program,
                [question, "\(Program.path)", "launch-plug-in"] + arguments
            )
            #expect(output == #"(0, '{}') (126, '{"reason":"daemon_ended"}')"#)
            #expect(try Self.noted("step", world) == ["finish"])
        }
    }
}
