import Foundation
import TestSupport
import Testing

/// How schedules come over from a version before 1.0.0-beta.1: the steps that its database's refusal names.
@Suite(.timeLimit(.minutes(5)))
struct UpgradeTests {
    private static let schedules = """
        schedules:
          - secret: a
            every: 30d
            generator: {type: password, length: 24}
            min_interval: 1h
            owner: "caf\u{E9}: #1"
          - secret: b
            cron: "30 2 * * mon-fri"
            timezone: Europe/Berlin
            window: 1h
            jitter: 20m
            group: g
            group_spacing: 30m
            generator: uuid
            policy: "2026-04"

        """

    @Test func schedulesAreCarriedOver() async throws {
        try await World.with { world async throws in
            try world.folder.write(Self.schedules, to: "s.yaml")
            try await world.expect(0, "schedule", "apply", "-f", world.folder.file("s.yaml"))
            let exported = try await world.run("schedule", "export")
            try world.folder.write(exported.output, to: "exported.yaml")
            try await Self.makeEarlier(world)
            let before = try Self.databases(world)

            let apply = ["schedule", "apply", "-f", world.folder.file("exported.yaml")]
            for arguments in [apply, ["daemon"], ["schedule", "list"], ["rotation", "list"]] {
                let refused = try await world.run(arguments)
                #expect(refused.status == 78, "\(arguments)")
                #expect(refused.errors.contains("schedule export > schedules.yaml"), "\(refused.errors)")
            }
            #expect(try await world.run("check").output.contains("was made by a version before 1.0.0-beta.1"))
            #expect(try Self.databases(world) == before)

            try Self.moveAway(world)
            let applied = try await world.run(apply)
            #expect(applied.status == 0, "\(applied.errors)")
            #expect(try await world.run("schedule", "export").output == exported.output)
            // With its mark, the history was moved on purpose: nothing waits for `restore --accept`.
            try await world.withDaemon { _ async throws in
                #expect(try await world.run("status").status == 0)
                #expect(try await world.events().contains("restore.held") == false)
            }
            // What was moved away is as it was.
            let old = world.folder.file("old/rotator.db")
            #expect(try await Oracle.sqlite(old, "SELECT count(*) FROM schedule_current") == "2")
        }
    }

    /// Marks the database as one of an earlier version, as its schema's name is all that differs.
    private static func makeEarlier(_ world: World) async throws {
        let program = """
            import sqlite3, sys
            c = sqlite3.connect(sys.argv[1]); c.execute("PRAGMA application_id = 0x53526F74"); c.commit()
            """
        _ = try await Oracle.python(program, world.folder.file("rotator.db"))
    }

    private static func names(_ world: World) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: world.folder.path).filter { $0.hasPrefix("rotator.db") }
    }

    /// The files that hold data: not the -shm, an empty -wal, or the lock, which names its last holder.
    private static func databases(_ world: World) throws -> [String: Data] {
        try world.folder.contents().filter { name, data in
            name.hasPrefix("rotator.db") && ![".lock", "-shm"].contains { name.hasSuffix($0) } && !data.isEmpty
        }
    }

    /// Moves the database away with all files whose names begin with its own.
    private static func moveAway(_ world: World) throws {
        let old = world.folder.file("old")
        try FileManager.default.createDirectory(atPath: old, withIntermediateDirectories: false)
        for name in try names(world) {
            try FileManager.default.moveItem(atPath: world.folder.file(name), toPath: "\(old)/\(name)")
        }
    }
}
