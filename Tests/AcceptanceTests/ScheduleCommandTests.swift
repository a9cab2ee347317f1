import Foundation
import SandboxHub
import TestSupport
import Testing

/// `schedule edit`, `apply`, `diff` and `next`.
@Suite(.timeLimit(.minutes(5)))
struct ScheduleCommandTests {
    private static let file = """
        schedules:
          - {secret: first, every: 30d, generator: password, owner: payments}
          - {secret: local/second, every: 12h, generator: {type: token, bytes: 16}, timezone: Europe/Berlin}

        """

    private static func apply(_ world: World, _ options: String...) async throws -> Program.Outcome {
        try await world.run(["schedule", "apply", "-f", world.folder.file("s.yaml")] + options)
    }

    private static func changes(_ outcome: Program.Outcome) -> [String] {
        outcome.objects.map { "\($0["change"] ?? "") \($0["secret"] ?? "")" }
    }

    /// The same with a daemon, which is the writer then, and without one.
    @Test(arguments: [false, true])
    func applyIsIdempotentAndToldInTheHistory(withDaemon: Bool) async throws {
        try await World.with { world async throws in
            try world.folder.write(Self.file, to: "s.yaml")
            let use: @Sendable () async throws -> Void = {
                let dry = try await Self.apply(world, "--dry-run", "--json")
                #expect(Self.changes(dry) == ["added local/first", "added local/second"])
                #expect(try await world.run("schedule", "diff", "-f", world.folder.file("s.yaml")).status == 1)
                #expect(
                    Self.changes(try await Self.apply(world, "--json")) == ["added local/first", "added local/second"]
                )
                #expect(try await Self.apply(world).output == "nothing to change\n")
                #expect(try await world.run("schedule", "diff", "-f", world.folder.file("s.yaml")).status == 0)
            }
            if withDaemon { try await world.withDaemon { _ in try await use() } } else { try await use() }
            let events = try await world.events().filter { $0.hasPrefix("schedule.") }
            #expect(events == ["schedule.added", "schedule.added"])
            let listed = try await world.run("schedule", "list", "--json").objects
            #expect(listed.map { $0["timezone"] as? String } == [nil, "Europe/Berlin"])
        }
    }

    @Test func changeIsToldOldToNewAndPruneRemoves() async throws {
        try await World.with { world async throws in
            try world.folder.write(Self.file, to: "s.yaml")
            _ = try await Self.apply(world)
            let changed = "schedules:\n  - {secret: first, every: 7d, generator: password}\n"
            try world.folder.write(changed, to: "s.yaml")
            #expect(Self.changes(try await Self.apply(world, "--json")) == ["changed local/first"])
            #expect(Self.changes(try await Self.apply(world, "--prune", "--json")) == ["removed local/second"])
            let entry = try #require(try await world.audit().first { $0["event"] as? String == "schedule.changed" })
            let detail = try #require(entry["detail"] as? [String: Any])
            #expect(detail["old"] as? [String: String] == ["every": "30d", "owner": "payments"])
            #expect(detail["new"] as? [String: String] == ["every": "1w"])
            #expect(detail["next_due"] is String)
        }
    }

    /// All or nothing: one bad entry changes nothing, and standard input is as good as a file.
    @Test func applyIsAllOrNothing() async throws {
        try await World.with { world async throws in
            let bad = Self.file + "  - {secret: third, every: never, generator: password}\n"
            #expect(try await world.run(["schedule", "apply", "-f", "-"], input: bad).status == 78)
            #expect(try await world.run("schedule", "list", "--json").status == 74)
            #expect(try await world.run(["schedule", "apply", "-f", "-"], input: Self.file).status == 0)
            #expect(try await world.events() == ["schedule.added", "schedule.added"])
        }
    }

    @Test func exampleFileIsAccepted() async throws {
        try await World.with { world async throws in
            let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
            let text = try String(contentsOf: root.appending(path: "config/schedules.yaml"), encoding: .utf8)
            let input = text.replacing("production/", with: "local/")
            let outcome = try await world.run(["schedule", "apply", "-f", "-", "--json"], input: input)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.objects.count == 3)
        }
    }

    @Test func editChangesWhatIsGivenAndNeverRotates() async throws {
        try await World.with { world async throws in
            try await world.schedule("edited", every: "30d", options: ["--owner", "payments"])
            try await world.withDaemon { _ async throws in
                let edit = ["schedule", "edit", "edited", "--every", "1h", "--owner", "", "--json"]
                let difference = try #require(try await world.run(edit).objects.first)
                #expect(difference["old"] as? [String: String] == ["every": "30d", "owner": "payments"])
                #expect(difference["new"] as? [String: String] == ["every": "1h"])
                #expect(try await world.run(edit).output == "")
                #expect(
                    try await world.run("schedule", "edit", "edited", "--every", "1h").output == "nothing to change\n"
                )
            }
            #expect(world.patches("edited").isEmpty)
            let schedule = try #require(try await world.run("schedule", "show", "edited", "--json").objects.first)
            #expect(schedule["every"] as? String == "1h")
            #expect(schedule["owner"] == nil)
            #expect(try await world.events().filter { $0 == "schedule.changed" }.count == 1)
        }
    }

    @Test func editedGeneratorIsUsedByTheNextRotation() async throws {
        try await World.with { world async throws in
            try await world.schedule("regenerated", every: "30d")
            try await world.withDaemon { _ async throws in
                let generator = "{type: password, length: 7, classes: {digit: 7}}"
                try await world.expect(0, "schedule", "edit", "regenerated", "--generator", generator)
                try await world.expect(0, "rotate-now", "regenerated", "--wait")
            }
            let isNew = world.hub.value(of: "regenerated")?.wholeMatch(of: #/[0-9]{7}/#) != nil
            #expect(isNew)
        }
    }

    /// A new or lost database adopts secrets without rotating them, unless somebody asks for it.
    @Test(arguments: [false, true])
    func adoptionRotatesOnlyIfAskedTo(isAsked: Bool) async throws {
        try await World.with { world async throws in
            try await world.schedule("adopted", every: "30d", options: isAsked ? ["--rotate-on-adopt"] : [])
            try await world.withDaemon { _ in
                if isAsked {
                    try await eventually("it rotates") {
                        try await world.events("adopted").contains("rotation.succeeded")
                    }
                }
                try await world.expect(0, "status")
            }
            #expect(world.patches("adopted").count == (isAsked ? 1 : 0))
        }
    }

    @Test func nextShowsTheSlotsToCome() async throws {
        // No configuration is needed to try a period out.
        let options = ["--every", "36h", "--after", "2027-01-01T00:00:00Z", "--count", "2"]
        let tried = try await Program.run(["schedule", "next"] + options)
        #expect(
            tried.output == """
                {"at":"2027-01-02T12:00:00.000Z","slot":"2027-01-02T12:00:00.000Z"}
                {"at":"2027-01-04T00:00:00.000Z","slot":"2027-01-04T00:00:00.000Z"}

                """
        )
        try await World.with { world async throws in
            try await world.schedule("often", every: "1h")
            try await world.schedule("seldom", every: "90m")
            try await world.schedule("resting", every: "1m")
            try await world.run("schedule", "pause", "resting")
            let all = try await world.run("schedule", "next", "--count", "5").objects
            let secrets = all.map { $0["secret"] as? String ?? "" }
            #expect(secrets == ["often", "seldom", "often", "often", "seldom"].map { "local/\($0)" })
            let slots = all.compactMap { $0["slot"] as? String }
            #expect(slots == slots.sorted() && slots.count == 5)
            let one = try await world.run("schedule", "next", "seldom", "--count", "1").objects
            let stored = try #require(try await world.run("schedule", "show", "seldom", "--json").objects.first)
            #expect(one.first?["slot"] as? String == stored["next_due"] as? String)
        }
    }
}
