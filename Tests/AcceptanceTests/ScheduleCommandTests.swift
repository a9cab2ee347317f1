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
            #expect(outcome.objects.count == 8)
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

    private static let timed = """
        schedules:
          - {secret: a, cron: '30 2 * * mon-fri', timezone: Europe/Berlin, window: 2h, jitter: 20m, max_age: 45d,
             catch_up: skip, group: payments, group_spacing: 30m, generator: {type: password, length: 40},
             allowed_workspaces: [billing, "null"], finish_after: 1h, description: 'Say "when": #1',
             owner: "yes", policy: "PCI TRA 2026-04"}
          - {secret: b, every: 36h, generator: uuid, allowed_workspaces: all, owner: "0123"}

        """

    /// é as one code point, and as two: a change, once, with the daemon and without.
    @Test(arguments: [false, true])
    func textThatOnlyLooksTheSameIsAChange(withDaemon: Bool) async throws {
        let file = { @Sendable (owner: String) in
            "schedules:\n  - {secret: d, every: 30d, generator: password, owner: \(owner)}\n"
        }
        let steps: @Sendable (World) async throws -> Void = { world in
            for (owner, change) in [("caf\u{E9}", "added"), ("cafe\u{301}", "changed")] {
                try world.folder.write(file(owner), to: "s.yaml")
                try await world.expect(1, "schedule", "diff", "-f", world.folder.file("s.yaml"))
                let applied = try await world.run("schedule", "apply", "-f", world.folder.file("s.yaml"), "--json")
                #expect(applied.objects.first?["change"] as? String == change, "\(applied.output)\(applied.errors)")
                try await world.expect(0, "schedule", "diff", "-f", world.folder.file("s.yaml"))
                let kept = try await world.run("schedule", "list", "--json").objects.first?["owner"] as? String
                #expect(kept.map { Array($0.utf8) } == Array(owner.utf8))
            }
        }
        try await World.with { world async throws in
            guard withDaemon else { return try await steps(world) }
            try await world.withDaemon { _ async throws in try await steps(world) }
        }
    }

    /// What was exported says the same, to the last key.
    @Test func exportedFileAppliesWithoutAChange() async throws {
        try await World.with { world async throws in
            #expect(try await world.run("schedule", "export").status == 74)
            try world.folder.write(Self.timed, to: "s.yaml")
            let applied = try await Self.apply(world)
            #expect(applied.status == 0, "\(applied.errors)")
            let exported = try await world.run("schedule", "export")
            try world.folder.write(exported.output, to: "exported.yaml")
            for file in ["s.yaml", "exported.yaml"] {
                let difference = try await world.run("schedule", "diff", "--prune", "-f", world.folder.file(file))
                #expect(difference.status == 0, "\(file): \(difference.output)\(difference.errors)")
            }
            let json = try await world.run("schedule", "list", "--json").objects.first
            #expect(json?["cron"] as? String == "30 2 * * mon-fri" && json?["group_spacing"] as? String == "30m")
        }
    }

    @Test func slotsOfACalendarAreShownInItsZoneAndWithinTheJitter() async throws {
        try await World.with { world async throws in
            try world.folder.write(Self.timed, to: "s.yaml")
            _ = try await Self.apply(world)
            let arguments = ["schedule", "next", "a", "--after", "2027-03-26T12:00:00Z", "--count", "2"]
            let slots = try await world.run(arguments).objects
            // On Monday 29 March 2027 Berlin's clocks are one hour ahead of those on Friday.
            #expect(slots.map { $0["slot"] as? String } == ["2027-03-29T00:30:00.000Z", "2027-03-30T00:30:00.000Z"])
            for slot in slots {
                let (slot, at) = (slot["slot"] as? String ?? "", slot["at"] as? String ?? "")
                #expect(slot <= at && at < "\(slot.prefix(11))00:50:01")
            }
        }
    }

    /// A herd at three o'clock is more than the hub's rate limit lets through in a minute.
    @Test func histogramShowsHerds() async throws {
        try await World.with(hub: "rate_limit: 60/m") { world async throws in
            let entries = (0..<50).map { "  - {secret: s\($0), cron: 0 3 * * *, generator: uuid}\n" }.joined()
            try world.folder.write("schedules:\n" + entries, to: "s.yaml")
            _ = try await Self.apply(world)
            let arguments = ["schedule", "next", "--by", "hour", "--after", "2027-01-01T00:30:00Z", "--until", "6h"]
            let bars = try await world.run(arguments + ["--json"]).objects
            #expect(bars.map { $0["rotations"] as? Int } == [0, 0, 0, 50, 0, 0, 0])
            #expect(bars[3]["from"] as? String == "2027-01-01T03:00:00.000Z")
            #expect(bars[3]["hubs_over_rate_limit"] as? [String] == ["local"])
            #expect(bars[3]["busiest_minute_rotations"] as? Int == 50)
            let text = try await world.run(arguments).output
            #expect(text.contains("50         ████████████████████████████████████████  03:00 50"))
            #expect(text.contains("over the rate limit of local") && text.hasSuffix("50 rotations\n"))
        }
    }

    @Test func editThatContradictsWhatStaysIsRefused() async throws {
        try await World.with { world async throws in
            try world.folder.write(Self.timed, to: "s.yaml")
            _ = try await Self.apply(world)
            let refused = try await world.run("schedule", "edit", "a", "--window", "10m")
            #expect(refused.status == 64)
            #expect(refused.errors.contains("jitter: longer than the window"))
            try await world.expect(0, "schedule", "edit", "a", "--window", "", "--max-age", "", "--group", "")
            let json = try #require(try await world.run("schedule", "show", "a", "--json").objects.first)
            #expect(["window", "max_age", "group", "group_spacing"].allSatisfy { json[$0] == nil })
            try await world.expect(0, "schedule", "edit", "b", "--cron", "@daily", "--timezone", "Asia/Tokyo")
            let next = try await world.run("schedule", "next", "b", "--after", "2027-01-01T00:00:00Z").objects
            #expect(next.first?["slot"] as? String == "2027-01-01T15:00:00.000Z")
        }
    }

    /// What is due every second, but never two of a group within two seconds.
    @Test func groupRotatesOneByOne() async throws {
        try await World.with(hub: "rate_limit: 1000/s") { world async throws in
            try await world.schedule("a", "b", every: "1s", options: ["--group", "g", "--group-spacing", "2s"])
            try await world.withDaemon { _ in
                try await eventually("both rotate") {
                    world.patches("a").count + world.patches("b").count >= 4 && !world.patches("b").isEmpty
                }
            }
            let times = (world.patches("a") + world.patches("b")).map(\.time).sorted()
            for (one, next) in zip(times, times.dropFirst()) { #expect(next - one >= 1900) }
        }
    }

    @Test func ageIsAProblemThatStatusTells() async throws {
        try await World.with { world async throws in
            try await world.schedule("old", every: "1d", options: ["--max-age", "1d"])
            let past = Int64((Date().timeIntervalSince1970 - 90_000) * 1000)
            let database = world.folder.file("rotator.db")
            let update = "UPDATE schedules SET anchor = \(past), paused_at = NULL"
            try await world.change(database, update)
            let problems = try await world.run("status", "--json").objects.first?["problems"] as? [[String: Any]]
            #expect(problems?.first?["kind"] as? String == "schedule_overdue")
            #expect((problems?.first?["text"] as? String)?.hasPrefix("overdue: its value is older than 1d") ?? false)
            let listed = try await world.run("schedule", "list").output
            #expect(listed.contains("overdue since"))
        }
    }
}
