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
        """

    private static let isRoot = getuid() == 0

    /// Opens the world's folder for reading, and its socket for everybody, as groups would.
    private func openFolder(_ world: World) throws {
        let modes = [("", 0o755), ("config.yaml", 0o644), ("rotator.db", 0o644), ("rotator.db-wal", 0o644)]
        for (name, mode) in modes + [("rotator.db-shm", 0o644), ("rotator.db.lock", 0o644), ("control.sock", 0o666)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: world.folder.file(name))
        }
    }

    @Test(.enabled(if: isRoot, "needs root, to become other users"))
    func eachUserMayDoWhatItsRoleSays() async throws {
        try await World.with(extra: Self.roles) { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { _ in
                try openFolder(world)
                let request = ["rotate-now", "held", "--wait"]
                let pause = ["schedule", "pause", "held"]
                let resume = ["schedule", "resume", "held"]
                let add = ["schedule", "add", "new", "--every", "30d"]
                let list = ["schedule", "list"]
                let expected: [(User, [String], Int32)] = [
                    (.operates, request, 0), (.operates, pause, 0), (.operates, resume, 0), (.operates, add, 77),
                    (.edits, request, 0), (.edits, pause, 0), (.edits, resume, 0), (.edits, add, 0),
                    (.audits, request, 77), (.audits, pause, 77), (.audits, add, 77), (.audits, list, 0),
                ]
                for (user, command, status) in expected {
                    let outcome = try await world.run(as: user.rawValue, command)
                    #expect(outcome.status == status, "\(user) \(command): \(outcome.errors)")
                }
            }
            let actors = try await world.audit().compactMap { entry -> String? in
                guard let actor = entry["actor"] as? [String: Any], let uid = actor["uid"] as? Int else { return nil }
                return "\(uid) \(entry["event"] ?? "")"
            }
            #expect(actors.contains("61002 schedule.paused"))
            #expect(actors.contains("61003 schedule.added"))
            #expect(!actors.contains { $0.hasPrefix("61004") })
        }
    }

    @Test(.enabled(if: isRoot, "needs root, to become other users"))
    func strangerGetsNowhere() async throws {
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { _ in
                let stranger = User.strange.rawValue
                // The folder is closed to it: it can't even read the configuration.
                #expect(try await world.run(as: stranger, ["schedule", "list"]).status == 78)
                try openFolder(world)
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o660],
                    ofItemAtPath: world.folder.file("control.sock")
                )
                let refused = try await world.run(as: stranger, ["rotate-now", "held"])
                #expect(refused.status == 77)
                #expect(refused.errors.contains("not permitted"))
            }
            #expect(world.patches("held").isEmpty)
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
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for _ in 0..<3 { try await world.withDaemon { _ in try await Task.sleep(for: .milliseconds(200)) } }
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
            let requests = try await Oracle.sqlite(world.folder.file("rotator.db"), "SELECT count(*) FROM requests")
            #expect(requests == "15")
            let events = try await world.events("busy")
            let ended = events.filter { $0 == "rotation.succeeded" }.count
            #expect(Set(world.patches("busy").map(\.value)).count == ended)
        }
    }

    @Test func socketIsForOwnerAndGroupAndGoesWithTheDaemon() async throws {
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { _ in
                let attributes = try FileManager.default.attributesOfItem(atPath: world.folder.file("control.sock"))
                #expect(attributes[.posixPermissions] as? Int == 0o660)
            }
            #expect(!FileManager.default.fileExists(atPath: world.folder.file("control.sock")))
        }
    }
}
