import Foundation
import SandboxHub
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ControlSocketTests {
    /// Some users that no system has: root in a container may become anybody.
    private enum User: UInt32 {
        case daemon = 61_001
        case operates = 61_002
        case edits = 61_003
        case audits = 61_004
        case strange = 61_005
    }

    private static let roles = """
        roles:
          operators: {users: [\(User.operates.rawValue)]}
          editors: {users: [\(User.edits.rawValue)]}
          auditors: {users: [\(User.audits.rawValue)]}
        """

    private static let isRoot = getuid() == 0

    /// Opens the world's folder, its socket and the copy of the history, as an installation does.
    private func openFolder(_ world: World) async throws {
        try await eventually("there is a copy of the history") {
            access(world.folder.file("history/rotator-history.db"), F_OK) == 0
        }
        for (name, mode) in [("", 0o755), ("config.yaml", 0o644), ("control.sock", 0o666)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: world.folder.file(name))
        }
        for name in ["history", "history/rotator-history.db"] {
            let group: [FileAttributeKey: Any] = [.groupOwnerAccountID: Int(Program.auditors)]
            try FileManager.default.setAttributes(group, ofItemAtPath: world.folder.file(name))
        }
    }

    /// What each of four users gets of each command: the operator's, the editor's, the auditor's and the stranger's exit
    /// status.
    private static let commands: [(arguments: [String], statuses: [Int32])] = [
        // Who can read the copy of the history reads; the stranger can't even read the configuration.
        (["schedule", "list"], [0, 0, 0, 78]),
        (["schedule", "show", "held"], [0, 0, 0, 78]),
        (["schedule", "next"], [0, 0, 0, 78]),
        (["schedule", "diff", "-f", "FILE"], [0, 0, 0, 78]),
        (["schedule", "apply", "-f", "FILE", "--dry-run"], [0, 0, 0, 78]),
        (["rotation", "list"], [0, 0, 0, 78]),
        (["hub", "list"], [0, 0, 0, 78]),
        (["audit", "list"], [0, 0, 0, 78]),
        (["audit", "show", "1"], [0, 0, 0, 78]),
        (["audit", "list", "--secret", "held", "--since", "1d"], [0, 0, 0, 78]),
        (["audit", "export", "--format", "csv"], [0, 0, 0, 78]),
        (["audit", "verify"], [0, 0, 0, 78]),
        (["status"], [0, 0, 0, 78]),
        (["generate", "--schedule", "held"], [0, 0, 0, 78]),
        (["rotate-now", "held", "--dry-run"], [0, 0, 0, 78]),
        // Operators ask.
        (["rotate-now", "held", "--wait"], [0, 0, 77, 78]),
        (["rotate-now", "--all", "--reason", "drill"], [0, 0, 77, 78]),
        (["schedule", "pause", "held"], [0, 0, 77, 78]),
        // The operator has resumed it already: the editor may, but there is nothing to resume.
        (["schedule", "resume", "held"], [0, 1, 77, 78]),
        (["secret", "list"], [0, 0, 77, 78]),
        (["rotation", "abandon", "01a2097c-43df-7e8d-b698-110a9a37ccad", "--reason", "x"], [1, 1, 77, 78]),
        // There is nothing to lift.
        (["hub", "resume", "local", "--reason", "x"], [0, 0, 77, 78]),
        (["check"], [0, 0, 0, 78]),
        (["drift"], [0, 0, 0, 78]),
        // Editors change.
        (["schedule", "add", "NEW", "--every", "30d"], [77, 0, 77, 78]),
        (["schedule", "edit", "held", "--owner", "NEW"], [77, 0, 77, 78]),
        (["schedule", "apply", "-f", "FILE"], [77, 0, 77, 78]),
        (["schedule", "remove", "NEW"], [77, 0, 77, 78]),
        (["secret", "create", "NEW", "--allowed-workspaces", "all"], [77, 0, 77, 78]),
        (["secret", "update", "NEW", "--value"], [77, 0, 77, 78]),
        (["secret", "delete", "NEW", "--yes"], [77, 0, 77, 78]),
        // Nobody but the daemon's user and root runs a second daemon, and those are told of the first.
        (["daemon"], [77, 77, 77, 78]),
    ]

    @Test(.enabled(if: isRoot, "needs root, to become other users"))
    func eachUserMayDoWhatItsRoleSays() async throws {
        try await World.with(timeout: "20s", extra: Self.roles) { world in
            try await world.schedule("held", every: "30d")
            let users: [User] = [.operates, .edits, .audits, .strange]
            try await world.withDaemon { _ in
                try await openFolder(world)
                try Self.writeSchedules(world)
                for (arguments, statuses) in Self.commands {
                    for (user, status) in zip(users, statuses) {
                        try Self.setReadable(user != .strange, world)
                        let words = arguments.map {
                            $0.replacing("FILE", with: world.folder.file("s.yaml")).replacing("NEW", with: "new")
                        }
                        let outcome = try await world.run(words, input: "a value", user: user.rawValue)
                        #expect(outcome.status == status, "\(user) \(arguments): \(outcome.errors)")
                        if status == 77 {
                            let words = ["not permitted", "may not", "Permission denied"]
                            #expect(words.contains { outcome.errors.contains($0) }, "\(outcome.errors)")
                        }
                    }
                }
            }
            try await Self.expectActors(world)
            #expect(world.hub.received.filter { $0.method == "DELETE" || $0.method == "POST" }.count == 2)
        }
    }

    /// A file that wants what is there already, so that applying it changes nothing.
    private static func writeSchedules(_ world: World) throws {
        let file = "schedules: [{secret: held, every: 30d, generator: password}]\n"
        try world.folder.write(file, to: "s.yaml")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: world.folder.file("s.yaml"))
    }

    private static func setReadable(_ isReadable: Bool, _ world: World) throws {
        let mode = isReadable ? 0o755 : 0o700
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: world.folder.path)
    }

    /// Who did something stands in the history, exports and verifications of the history included; who was refused, or only
    /// looked, does not.
    private static func expectActors(_ world: World) async throws {
        let actors = try await world.audit().compactMap { entry -> String? in
            guard let actor = entry["actor"] as? [String: Any], let uid = actor["uid"] as? Int else { return nil }
            return uid == 0 || entry["event"] as? String == "access.refused" ? nil : "\(uid) \(entry["event"] ?? "")"
        }
        let expected: Set<String> = [
            "61002 rotation.requested", "61002 schedule.paused", "61002 schedule.resumed", "61002 secret.listed",
            "61003 rotation.requested", "61003 schedule.paused", "61003 secret.listed",
            "61003 schedule.added", "61003 schedule.changed", "61003 schedule.removed", "61003 secret.attempted",
            "61003 secret.created", "61003 secret.updated", "61003 secret.deleted",
            "61002 audit.exported", "61003 audit.exported", "61004 audit.exported",
            "61002 audit.verified", "61003 audit.verified", "61004 audit.verified",
            // By `drift`.
            "61004 secret.listed",
        ]
        #expect(Set(actors) == expected)
    }

    /// Everybody may ask how the daemon is; who has no role is told of problems, without details.
    @Test(.enabled(if: isRoot, "needs root, to become other users"))
    func everybodyIsToldWhatKeepsItFromRotating() async throws {
        try await World.with(extra: Self.roles) { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { _ in
                try await openFolder(world)
                for (user, seesMore) in [(User.strange, false), (.audits, true), (.operates, true), (.edits, true)] {
                    let status = try await world.run(as: user.rawValue, ["status", "--json"])
                    #expect(status.status == 0 && status.objects.first?["daemon"] as? String == "ready")
                    #expect((status.objects.first?["pid"] != nil) == seesMore, "\(user)")
                }
                // Without access to the history: the daemon's own health. The daemon keeps the folder's mode, not its group.
                chown(world.folder.file("history"), 0, 0)
                let refused = try await world.run(as: User.strange.rawValue, ["status", "--json"])
                #expect(refused.status == 77 && refused.objects.first?["daemon"] as? String == "ready")
                #expect(refused.objects.first?["schedules"] == nil, "\(refused.output)")
                try await openFolder(world)
                unlink(world.folder.file("rotator.db"))
                try await eventually("it is seen") {
                    try await world.run("status", "--json").output.contains("storage_replaced")
                }
                for (user, seesMore) in [(User.strange, false), (.audits, true)] {
                    let status = try await world.run(as: user.rawValue, ["status", "--json"])
                    #expect(status.status == 1 && World.kinds(of: status) == ["storage_replaced"])
                    #expect(status.output.contains("operators see more") != seesMore)
                }
            }
        }
    }

    /// Even with everything readable: without roles, only the daemon's group operates.
    ///
    /// A refusal is in the history, once a minute at the most for each operation; the end tells of the rest.
    @Test(.enabled(if: isRoot, "needs root, to become other users"))
    func strangerGetsNowhere() async throws {
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { _ in
                try await openFolder(world)
                for _ in 0..<3 {
                    let refused = try await world.run(as: User.strange.rawValue, ["rotate-now", "held"])
                    #expect(refused.status == 77)
                    #expect(refused.errors.contains("may not do this"))
                }
                let other = try await world.run(as: User.audits.rawValue, ["schedule", "add", "new", "--every", "30d"])
                #expect(other.status == 77)
            }
            #expect(world.patches("held").isEmpty)
            let refusals = try await world.audit().filter { $0["event"] as? String == "access.refused" }
            let details = refusals.compactMap { $0["detail"] as? [String: Any] }
            #expect(
                details.map { $0["operation"] as? String } == [
                    "rotations/request", "schedules/add", "rotations/request",
                ]
            )
            #expect(details.map { $0["count"] as? Int } == [1, 1, 2])
            #expect(details.map { $0["right"] as? String } == ["operate", "edit", "operate"])
            let uids = refusals.compactMap { ($0["actor"] as? [String: Any])?["uid"] as? Int }
            #expect(uids == [User.strange, .audits, .strange].map { Int($0.rawValue) })
        }
    }

    @Test(.enabled(if: isRoot, "needs root, to own nothing"))
    func commandOfRootLeavesNoFileOfRoots() async throws {
        try await World.with { world in
            let owner: [FileAttributeKey: Any] = [.ownerAccountID: 61_001, .groupOwnerAccountID: 61_001]
            try FileManager.default.setAttributes(owner, ofItemAtPath: world.folder.path)
            try await world.schedule("made", every: "30d")
            for name in ["rotator.db", "rotator.db.lock"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: world.folder.file(name))
                #expect(attributes[.ownerAccountID] as? Int == 61_001, "\(name)")
            }
        }
    }

    @Test func stoppedDaemonIsUnavailableAndNotWaitedForForEver() async throws {
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { daemon in
                daemon.send(SIGSTOP)
                let start = ContinuousClock.now
                let outcome = try await world.run("schedule", "pause", "held")
                daemon.send(SIGCONT)
                #expect(outcome.status == 69)
                #expect(outcome.errors.contains("does not answer"))
                #expect(ContinuousClock.now - start < .seconds(40))
            }
        }
    }

    @Test func commandsWhileTheDaemonComesAndGoesAllSucceedAndNoRequestIsLost() async throws {
        try await World.with { world in
            try await world.schedule("busy", every: "30d")
            let database = world.folder.file("rotator.db")
            let requests = { @Sendable in
                Int(try await Oracle.sqlite(database, "SELECT count(*) FROM requests")) ?? 0
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for life in 1...3 {
                        try await world.withDaemon { _ in
                            try await eventually("requests have come") { try await requests() >= life * 5 }
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<15 { try await world.expect(0, "rotate-now", "busy") }
                }
                try await group.waitForAll()
            }
            try await world.withDaemon { _ in
                let waiting = """
                    SELECT (SELECT count(*) FROM requests WHERE rotation IS NULL)
                        + (SELECT count(*) FROM rotations WHERE closed_at IS NULL)
                    """
                try await eventually("all are served") {
                    try await Oracle.sqlite(world.folder.file("rotator.db"), waiting) == "0"
                }
            }
            #expect(try await requests() == 15)
            let events = try await world.events("busy")
            let ended = events.filter { $0 == "rotation.succeeded" }.count
            #expect(Set(world.patches("busy").map(\.value)).count == ended)
        }
    }

    /// Whoever has connected before the daemon was told to stop gets an answer, however late the question comes.
    @Test func callerWhoHasConnectedIsAnsweredThoughTheDaemonStops() async throws {
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { daemon in
                let script = """
                    import os, signal, socket, sys, time
                    caller = socket.socket(socket.AF_UNIX)
                    caller.connect(sys.argv[1])
                    os.kill(int(sys.argv[2]), signal.SIGTERM)
                    time.sleep(2)
                    caller.sendall(b'POST /v1/nothing HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 2\\r\\n\\r\\n{}')
                    print(caller.recv(4096).split()[1].decode())
                    """
                let status = try await Oracle.python(script, world.folder.file("control.sock"), "\(daemon.pid)")
                #expect(status == "404")
            }
        }
    }

    @Test func socketIsForEverybodyAndGoesWithTheDaemon() async throws {
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { _ in
                let attributes = try FileManager.default.attributesOfItem(atPath: world.folder.file("control.sock"))
                #expect(attributes[.posixPermissions] as? Int == 0o666)
            }
            #expect(!FileManager.default.fileExists(atPath: world.folder.file("control.sock")))
        }
    }
}
