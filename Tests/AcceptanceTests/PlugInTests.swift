import Foundation
import SandboxHub
import TestSupport
import Testing

/// Plug-ins of the real executable: each way to misbehave ends in the documented state, with a credential that works on
/// both sides.
@Suite(.timeLimit(.minutes(5)), .enabled(if: World.plugInObstacle == nil, "\(World.plugInObstacle ?? "")"))
struct PlugInTests {
    /// A plug-in that keeps the credential of a made-up system in a file: the good one does what it is asked, the others
    /// misbehave where the parameter says so.
    private static let plugIn = """
        #!/usr/bin/python3 -I
        import json, os, secrets, signal, sys, time
        q = json.load(sys.stdin)
        step, p = q["step"], q["parameters"]
        system = p["system"]
        with open(p["log"] + (".check" if step == "check" else ""), "a") as log:
            print(",".join(sorted(q)) if step == "check" else step, file=log)
        fault = p.get("fault", {}).get(step)
        if step == "check" and not fault:
            sys.exit(64)
        if fault == "hang":
            time.sleep(600)
        if fault == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if fault == "killed" and not os.path.exists(p["log"] + ".killed"):
            open(p["log"] + ".killed", "w")
            os.kill(os.getpid(), signal.SIGUSR1)
        if fault == "garbage":
            print("what?")
            sys.exit(0)
        if fault == "flood":
            while True:
                sys.stdout.write("x" * 65536)
        if fault == "read":
            for path in open(p["log"] + ".paths").read().split():
                try:
                    open(path).read()
                    print("could read", file=open(p["log"], "a"))
                except PermissionError:
                    pass
        if fault == "write":
            for path in open(p["log"] + ".paths").read().split():
                try:
                    open(path, "a").write("spoilt")
                    print("could write", file=open(p["log"], "a"))
                except PermissionError:
                    pass
        if isinstance(fault, dict):
            print(fault.get("say", ""), file=sys.stderr)
            print(json.dumps({"reason": fault.get("reason")}))
            sys.exit(fault["exit"])
        if isinstance(fault, int):
            print("no:", q.get("value"), file=sys.stderr)
            sys.exit(fault)
        def put(value):
            with open(system + ".new", "w") as f:
                f.write(value)
            os.rename(system + ".new", system)
        answer = {}
        if step == "generate":
            old = open(system).read()
            answer = {"value": "v-" + secrets.token_urlsafe(24), "state": {"old": old}}
        elif step == "install":
            put(q["value"])
        elif step == "test" and open(system).read() != q["value"]:
            sys.exit(1)
        elif step == "withdraw":
            put(q["state"]["old"])
        print(json.dumps(answer))

        """

    /// Puts the plug-in in place, and a schedule that uses it.
    static func with(
        fault: String = "{}",
        timeout: String = "20s",
        hub: String = "rate_limit: 1000/s",
        hubTimeout: String = "30s",
        prepare: @escaping @Sendable (World) throws -> Void = { _ in },
        _ body: @escaping @Sendable (World) async throws -> Void
    ) async throws {
        try await World.with(timeout: hubTimeout, hub: hub, extra: "") { world in
            let folder = world.folder.file("generators")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            try world.folder.write(plugIn, to: "generators/system")
            chmod(world.folder.file("generators/system"), 0o755)
            let state = world.folder.file("state")
            try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: false)
            try world.folder.write("old", to: "state/system")
            try world.folder.write("", to: "state/log")
            try world.usePlugIns(in: folder)
            try await World.giveToPlugIns(state)
            world.hub.create("db", value: "old")
            let secrets = ["token", "staging.key", "rotator.db", "rotator.db.candidates"].map { world.folder.file($0) }
            try world.folder.write(secrets.joined(separator: "\n"), to: "state/log.paths")
            let generator = """
                {type: command, command: system, timeout: \(timeout), parameters: {system: \(world.folder.file("state/system")),
                log: \(world.folder.file("state/log")), fault: \(fault)}}
                """
            let added = try await world.run([
                "schedule", "add", "db", "--every", "30d", "--min-interval", "0s", "--generator", generator,
            ])
            #expect(added.status == 0, "\(added.errors)")
            try prepare(world)
            try await World.giveToPlugIns(state)
            try await body(world)
        }
    }

    static func rotate(_ world: World, timeout: String = "60s") async throws -> Program.Outcome {
        try await world.run("rotate-now", "db", "--wait", "--timeout", timeout)
    }

    /// Has no other rotation begin by itself after one that has failed.
    private static func putOffNextTry(_ world: World) throws {
        let slow = try world.folder.read("config.yaml").replacing("cycle_delays: [200ms]", with: "cycle_delays: [1h]")
        try world.folder.write(slow, to: "config.yaml")
    }

    /// Both sides have the same credential.
    static func expectAgreement(_ world: World) throws {
        let isSame = try world.hub.value(of: "db") == world.folder.read("state/system")
        #expect(isSame)
    }

    static func steps(_ world: World) throws -> [String] {
        try world.folder.read("state/log").split(separator: "\n").map(String.init)
    }

    @Test func fullCycleChangesBothSides() async throws {
        try await Self.with { world in
            try await world.withDaemon { _ async throws in
                let outcome = try await Self.rotate(world)
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            try Self.expectAgreement(world)
            #expect(try Self.steps(world) == ["generate", "install", "test", "finish"])
            let events = try await world.events("db").filter { $0 == "generator.step" }
            #expect(events.count == 6)
            #expect(try world.folder.read("state/system") != "old")
        }
    }

    /// The hub refuses the value: the old credential is put back.
    @Test func refusedValueIsWithdrawn() async throws {
        try await Self.with { world in
            try Self.putOffNextTry(world)
            world.hub.inject([SandboxFault(.status(400), method: "PATCH")])
            try await world.withDaemon { _ async throws in #expect(try await Self.rotate(world).status == 1) }
            try Self.expectAgreement(world)
            #expect(try world.folder.read("state/system") == "old")
            #expect(try Self.steps(world) == ["generate", "install", "test", "withdraw"])
        }
    }

    /// An attempt of unknown effect, and then a refusal: nothing is withdrawn, as the hub may have it; a person decides.
    @Test func refusalAfterATimeOutParks() async throws {
        try await Self.with { world in
            world.hub.inject([
                SandboxFault(.dropAfter, method: "PATCH"), SandboxFault(.status(400), method: "PATCH"),
            ])
            try await world.withDaemon { _ async throws in
                _ = try await Self.rotate(world)
                try await eventually("it is parked") {
                    try await world.run("rotation", "list", "--open", "--json").objects.first?["phase"] as? String
                        == "parked"
                }
            }
            #expect(try !Self.steps(world).contains("withdraw"))
            try Self.expectAgreement(world)
        }
    }

    /// What fails before anything was sent ends in the old credential, on both sides.
    @Test(arguments: [
        ("{install: crash}", "generator"), ("{install: 1}", "generator"), ("{test: 1}", "generator"),
        ("{test: garbage}", "generator"),
        ("{generate: garbage}", "generator"), ("{generate: flood}", "generator"), ("{install: flood}", "generator"),
        ("{generate: 1}", "generator"), ("{generate: 65}", "unusable_value"),
    ])
    func permanentFailureIsWithdrawn(fault: String, error: String) async throws {
        try await Self.with(fault: fault) { world in
            try await world.withDaemon { _ async throws in #expect(try await Self.rotate(world).status == 1) }
            try Self.expectAgreement(world)
            #expect(try world.folder.read("state/system") == "old")
            let rotation = try #require(try await world.run("rotation", "list", "--json").objects.last)
            #expect(rotation["error"] as? String == error)
        }
    }

    /// Whoever signals the whole unit, as `systemctl kill` does, ends what runs just then: it is repeated, and has not failed.
    @Test(arguments: ["generate", "install", "test", "finish"])
    func stepThatSomebodyKillsIsRepeated(step: String) async throws {
        try await Self.with(fault: "{\(step): killed}") { world in
            try await world.withDaemon { _ async throws in #expect(try await Self.rotate(world).status == 0) }
            try Self.expectAgreement(world)
            #expect(try Self.steps(world).filter { $0 == step }.count == 2)
        }
    }

    /// A step that hangs is ended with all its children, and repeated.
    @Test func hangingStepIsRepeated() async throws {
        try await Self.with(fault: "{test: hang}", timeout: "1s") { world in
            try await world.withDaemon { _ async throws in
                let outcome = try await Self.rotate(world, timeout: "8s")
                #expect(outcome.status == 75)
                try await eventually("it was repeated") { try Self.steps(world).filter { $0 == "test" }.count >= 3 }
                let alive = try await Oracle.python(
                    """
                    import glob
                    def read(path):
                        try:
                            return open(path, 'rb').read()
                        except OSError:  # it has just ended
                            return b''
                    lines = [read(path) for path in glob.glob('/proc/[0-9]*/cmdline')]
                    print(sum(b'\(world.folder.path)' in line and b'python3' in line for line in lines))
                    """
                )
                #expect((Int(alive) ?? 9) <= 1)
            }
            #expect(world.patches("db").isEmpty)
        }
    }

    /// Three unusable values, one after the other; then the next try waits.
    @Test(arguments: ["install", "test"])
    func unusableValueIsMadeAnewThreeTimesAtTheMost(step: String) async throws {
        try await Self.with(fault: "{\(step): 65}") { world in
            try Self.putOffNextTry(world)
            try await world.withDaemon { _ async throws in
                try await world.expect(0, "rotate-now", "db")
                try await eventually("three have failed") {
                    try await world.events("db").filter { $0 == "rotation.failed" }.count == 3
                }
                // Whatever else was due has begun, when a request that comes later has been served.
                try await world.schedule("marker", every: "30d")
                try await world.expect(0, "rotate-now", "marker", "--wait")
            }
            #expect(try await world.events("db").filter { $0 == "rotation.opened" }.count == 3)
            #expect(try Self.steps(world).filter { $0 == "withdraw" }.count == 3)
            try Self.expectAgreement(world)
        }
    }

    @Test(arguments: ["read", "write"])
    func credentialsKeysAndDatabasesAreOutOfReach(what: String) async throws {
        try await Self.with(fault: "{install: \(what), test: \(what), generate: \(what)}") { world in
            try await world.withDaemon { _ async throws in
                let outcome = try await Self.rotate(world)
                #expect(outcome.status == 0, "\(outcome.errors)")
            }
            #expect(try !Self.steps(world).contains { $0.hasPrefix("could") })
            try Self.expectAgreement(world)
            #expect(try await Oracle.sqlite(world.folder.file("rotator.db"), "PRAGMA integrity_check") == "ok")
        }
    }

    /// A file that others can change, a link, and one that is gone: none is run, and `check` says so.
    @Test(arguments: ["world-writable", "link", "gone", "folder"])
    func unsafePlugInIsNotRun(what: String) async throws {
        try await Self.with(prepare: { world in
            let path = world.folder.file("generators/system")
            switch what {
            case "world-writable": chmod(path, 0o777)
            case "folder": chmod(world.folder.file("generators"), 0o777)
            default:
                let text = try world.folder.read("generators/system")
                try FileManager.default.removeItem(atPath: path)
                guard what == "link" else { return }
                try world.folder.write(text, to: "elsewhere")
                chmod(world.folder.file("elsewhere"), 0o755)
                symlink(world.folder.file("elsewhere"), path)
            }
        }) { world in
            let check = try await world.run("check")
            #expect(check.status == 1)
            #expect((check.output + check.errors).contains("its plug-in can't be run"))
            try await world.withDaemon { _ async throws in #expect(try await Self.rotate(world).status == 1) }
            #expect(try Self.steps(world).isEmpty)
            try Self.expectAgreement(world)
        }
    }

    /// What a plug-in says on standard error is shown, but no line that holds the value.
    @Test func valueIsNeverShown() async throws {
        try await Self.with(fault: "{install: 1}") { world in
            try await world.withDaemon { _ async throws in _ = try await Self.rotate(world) }
            let log = try world.folder.read("daemon.log")
            #expect(log.contains(#""lines_withheld":"1""#))
            #expect(!log.contains("no:"))
        }
    }

    /// What `check` has found good is checked again when it is opened to be run.
    @Test func plugInThatIsReplacedAfterTheCheckIsNotRun() async throws {
        try await Self.with { world in
            let check = try await world.run("check")
            #expect(!(check.output + check.errors).contains("plug-in can't be run"))
            try await world.withDaemon { _ async throws in
                #expect(try await Self.rotate(world).status == 0)
                let path = world.folder.file("generators/system")
                try world.folder.write("#!/bin/sh\necho replaced >> \(world.folder.file("state/log"))\n", to: "other")
                chmod(world.folder.file("other"), 0o777)
                rename(world.folder.file("other"), path)
                #expect(try await Self.rotate(world).status == 1)
            }
            #expect(try !Self.steps(world).contains("replaced"))
            try Self.expectAgreement(world)
        }
    }

    @Test func dryRunSaysWhatWouldBeDoneAndRunsNoStep() async throws {
        try await Self.with { world in
            let outcome = try await world.run("rotate-now", "db", "--dry-run")
            #expect(outcome.status == 0)
            let steps = "generate, list, install, test, update, list, finish"
            #expect(outcome.output == "would rotate local/db: command; \(steps)\n")
            #expect(try Self.steps(world).isEmpty && world.hub.received.isEmpty)
            #expect(try await !world.events("db").contains("rotation.requested"))
        }
    }

    /// A generator that is told to use the daemon's own files would lock it out.
    @Test func generatorThatUsesTheDaemonsOwnFilesIsRefused() async throws {
        try await Self.with { world in
            symlink(world.folder.file("token"), world.folder.file("state/link"))
            for path in ["token", "staging.key", "rotator.db", "state/link"] {
                for form in [
                    "{type: key_pair, public_file: \(world.folder.file(path))}",
                    "{type: command, command: system, parameters: {a: [{b: \(world.folder.file(path))}]}}",
                ] {
                    let edited = try await world.run("schedule", "edit", "db", "--generator", form)
                    #expect(edited.status == 64)
                    #expect(edited.errors.contains("is the daemon's own token, key or history"))
                    try world.folder.write("schedules: [{secret: x, every: 1d, generator: \(form)}]\n", to: "s.yaml")
                    try await world.expect(78, "schedule", "apply", "-f", world.folder.file("s.yaml"))
                }
            }
        }
    }

    /// The guide's own plug-ins, as they stand there.
    @Test(arguments: ["shell", "python"])
    func plugInOfTheGuideWorks(language: String) async throws {
        let guide = Page.guide("WritingAPlugIn").text
        let mark = try #require(guide.range(of: "<!-- plug-in: \(language) -->"))
        let lines = guide[mark.upperBound...].split(separator: "\n", omittingEmptySubsequences: false)
        let code = lines.drop { !$0.hasPrefix("#!") }.prefix { $0 != "```" && $0 != "EOF" }.joined(separator: "\n")
        try await Self.with { world in
            try world.folder.write(code + "\n", to: "generators/own")
            chmod(world.folder.file("generators/own"), 0o755)
            let file = world.folder.file("state/system")
            let generator = "{type: command, command: own, parameters: {file: \(file)}}"
            try await world.expect(0, "schedule", "edit", "db", "--generator", generator)
            try await world.withDaemon { _ async throws in
                for _ in 0..<2 {
                    let outcome = try await Self.rotate(world)
                    #expect(outcome.status == 0, "\(outcome.errors)")
                    #expect(world.hub.value(of: "db").map { $0 + "\n" } == (try world.folder.read("state/system")))
                }
                // Refused by the hub, it is put back.
                let before = try world.folder.read("state/system")
                world.hub.inject([SandboxFault(.status(400), method: "PATCH")])
                #expect(try await Self.rotate(world).status == 1)
                #expect(try world.folder.read("state/system") == before)
                let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
                #expect(mode == 0o600)
            }
            // What it can't write is refused before anything is changed.
            try FileManager.default.createDirectory(
                atPath: world.folder.file("fixed"),
                withIntermediateDirectories: false
            )
            try world.folder.write("old\n", to: "fixed/password")
            chmod(world.folder.file("fixed/password"), 0o666)
            let fixed = "{file: \(world.folder.file("fixed/password"))}"
            let refused = try await world.run("plug-in", "try", "own", "--parameters", fixed)
            #expect(getuid() != 0 || refused.output.contains("(not_writable): the schedule is refused"), "\(refused)")
        }
    }

    /// Killed between every pair of steps: the hub's value logs in afterwards.
    @Test(arguments: ["generate", "install", "test", "finish"])
    func killedAfterAnyStepTheHubsValueLogsIn(step: String) async throws {
        try await Self.with(fault: "{\(step): hang}", timeout: "60s") { world in
            try await world.withDaemon { daemon in
                try await world.expect(0, "rotate-now", "db")
                try await eventually("the step has begun") { try Self.steps(world).contains(step) }
                daemon.send(SIGKILL)
            }
            let mended = try world.folder.read("generators/system").replacing("time.sleep(600)", with: "pass")
            try world.folder.write(mended, to: "generators/system")
            chmod(world.folder.file("generators/system"), 0o755)
            try await world.withDaemon { _ async throws in
                try await world.untilNothingIsOpen()
            }
            try Self.expectAgreement(world)
            #expect(try world.folder.read("state/system") != "old")
        }
    }
}
