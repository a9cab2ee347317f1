import RotationConfiguration
import RotationCore
import Scheduling
import Testing
import ValueGenerators

/// Entries of a schedules file.
struct ScheduleReaderTests {
    /// Reads an entry, as a file would have it.
    static func read(_ text: String) throws -> (definition: ScheduleDefinition?, complaints: [String]) {
        let diagnostics = Diagnostics(source: "s.yaml")
        var entry = MappingReader(try YAMLText.compose(text, source: "s.yaml"), name: "the entry", diagnostics)
        let definition = ScheduleReader.definition(&entry, generators: BuiltInGenerators())
        entry.finish()
        return (definition, diagnostics.issues.map(\.description))
    }

    private func definition(_ text: String) throws -> ScheduleDefinition {
        let (definition, complaints) = try Self.read(text)
        #expect(complaints.isEmpty)
        return try #require(definition)
    }

    @Test func shortestEntryHasTheDefaults() throws {
        let definition = try definition("{every: 30d, generator: password}")
        let period = try #require(Cadence.Period(.seconds(30 * 86_400)))
        let expected = ScheduleDefinition(
            cadence: .every(period),
            generator: .password(try PasswordPolicy()),
            minInterval: .seconds(60)
        )
        #expect(definition == expected)
    }

    @Test func everyKeyCountsInItsPlace() throws {
        let definition = try definition(
            """
            every: 12h
            min_interval: 1h
            generator: uuid
            allowed_workspaces: [billing, ops]
            description: Billing database
            finish_after: 5m
            owner: payments-team
            policy: "PCI TRA 2026-04"
            """
        )
        let period = try #require(Cadence.Period(.seconds(12 * 3600)))
        let expected = ScheduleDefinition(
            cadence: .every(period),
            generator: .uuid(.v4),
            minInterval: .seconds(3600),
            access: .only(["billing", "ops"]),
            description: "Billing database",
            finishAfter: .seconds(300),
            owner: "payments-team",
            policy: "PCI TRA 2026-04"
        )
        #expect(definition == expected)
    }

    @Test(arguments: [
        ("every: 1s", Duration.seconds(1)),
        ("every: 59s", .seconds(59)),
        ("every: 60s", .seconds(60)),
        ("every: 1h", .seconds(60)),
        ("every: 1h\nmin_interval: 0s", .zero),
        ("every: 1h\nmin_interval: 2h", .seconds(7200)),
    ])
    func minimumIntervalIsAMinuteOrTheCadence(text: String, interval: Duration) throws {
        #expect(try definition("generator: password\n\(text)").minInterval == interval)
    }

    @Test(arguments: [
        ("all", WorkspaceAccess.all), ("none", .nobody), ("[billing]", .only(["billing"])),
        ("[a, b]", .only(["a", "b"])),
        ("[all]", .only(["all"])), ("[]", .only([])),
    ])
    func workspacesAreAWordOrAList(text: String, access: WorkspaceAccess) throws {
        #expect(try definition("{every: 1d, generator: uuid, allowed_workspaces: \(text)}").access == access)
    }

    @Test func withoutWorkspacesNoneAreSent() throws {
        #expect(try definition("{every: 1d, generator: uuid}").access == nil)
        #expect(try definition("{every: 1d, generator: uuid, allowed_workspaces: }").access == nil)
    }

    @Test func keysThatSayWhatTheirAbsenceSaysAreAccepted() throws {
        let text = "{every: 1d, generator: token, window: 0s, jitter: 0s, group_spacing: 0s, catch_up: once}"
        #expect(try definition(text).cadence == .every(try #require(Cadence.Period(.seconds(86_400)))))
    }

    @Test func whatSaysWhenIsRead() throws {
        let text = """
            {cron: 0 3 * * 1, timezone: Europe/Berlin, window: 2h, jitter: 20m, max_age: 45d, catch_up: skip,
            group: payments, group_spacing: 30m, generator: token}
            """
        let read = try definition(text)
        #expect(read.cadence.expression?.text == "0 3 * * 1")
        #expect(read.window == .seconds(7200) && read.jitter == .seconds(1200))
        #expect(read.maxAge == .seconds(45 * 86_400) && read.catchUp == .skip)
        #expect(read.group == .init(name: "payments", spacing: .seconds(1800)))
        #expect(read.minInterval == .seconds(60))
    }

    @Test(arguments: [
        (
            "every: 1d, window: 1h, jitter: 2h",
            "1:51: jitter: longer than the window: a rotation could begin outside it"
        ),
        ("every: 1h, jitter: 1h", "1:39: jitter: not shorter than the period"),
        ("every: 30d, max_age: 7d", "1:41: max_age: shorter than the period: the secret would always be overdue"),
        ("every: 1d, cron: 0 3 * * 1", "1:37: cron: an entry has either every or cron"),
        ("every: 1d, group_spacing: 30m", "1:46: group_spacing: an entry without a group has none"),
        ("cron: 0 25 * * 1", "1:26: cron: 0 25 * * 1: hour, character 3: expected 0 to 23, found 25"),
        (
            "cron: '*/5 2 * 3 0#2', timezone: America/New_York",
            "1:26: cron: no slot ever comes in this time zone"
        ),
    ])
    func whatContradictsItselfIsRefused(keys: String, complaint: String) throws {
        let complaints = try Self.read("{generator: token, \(keys)}").complaints
        #expect(complaints == ["s.yaml:" + complaint])
    }

    @Test(arguments: ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "Etc/GMT+5"])
    func zoneOfThisSystemIsKept(zone: String) throws {
        #expect(try definition("{every: 1d, generator: uuid, timezone: \(zone)}").timezone?.name == zone)
    }

    @Test(arguments: ["Mars/Phobos", "../../../etc/passwd", "Europe", "Europe/Berlin/", "/etc/localtime", "zone.tab"])
    func zoneThatTheSystemDoesNotKnowIsRefused(zone: String) throws {
        let complaints = try Self.read("{every: 1d, generator: uuid, timezone: \(zone)}").complaints
        let expected = "timezone: \"\(zone)\" is no time zone of this system: use a name such as Europe/Berlin, or UTC"
        #expect(complaints == ["s.yaml:1:40: \(expected)"])
    }

    // MARK: What is wrong

    private static let forms = ", such as 500ms, 30s, 5m, 12h, 30d or 2w"
    private static let access = "allowed_workspaces: expected all, none, or a list such as [billing]"

    @Test(arguments: [
        ("{generator: password}", "1:1: every is missing, for example: every: 30d"),
        ("{every: , generator: password}", "1:1: every is missing, for example: every: 30d"),
        ("{every: 30d}", "1:1: generator is missing, for example: generator: password"),
        ("{every: 1d, generator: }", "1:1: generator is missing, for example: generator: password"),
        ("{every: 0s, generator: uuid}", "1:9: every: \"0s\" is no duration from 1s to 36600d" + forms),
        ("{every: 999ms, generator: uuid}", "1:9: every: \"999ms\" is no duration from 1s to 36600d" + forms),
        ("{every: 36601d, generator: uuid}", "1:9: every: \"36601d\" is no duration from 1s to 36600d" + forms),
        ("{every: monthly, generator: uuid}", "1:9: every: \"monthly\" is no duration from 1s to 36600d" + forms),
        ("{every: 1d, generator: uuid, evry: 1d}", "1:30: unknown key \"evry\"; did you mean every?"),
        ("{every: 1d, generator: uuid, allowed_workspaces: some}", "1:50: " + access),
        ("{every: 1d, generator: uuid, allowed_workspaces: ALL}", "1:50: " + access),
        ("{every: 1d, generator: uuid, allowed_workspaces: [[a]]}", "1:51: allowed_workspaces: expected text"),
        (
            "{every: 1d, generator: uuid, allowed_workspaces: {a: b}}",
            "1:50: allowed_workspaces: expected a list, such as [first, second]"
        ),
        (
            "{every: 1d, generator: uuid, catch_up: twice}",
            "1:40: catch_up: \"twice\" is none of once, skip"
        ),
        ("{every: 1d, generator: uuid, window: 367d}", "1:38: window: \"367d\" is no duration from 0s to 366d" + forms),
        ("{every: 1d, generator: uuid, cron: 0 3 * * 1}", "1:36: cron: an entry has either every or cron"),
        ("{every: 1d, generator: uuid, description: \"\"}", "1:43: description: \"\" is no text"),
        (
            "{every: 1d, generator: uuid, finish_after: 53w}",
            "1:44: finish_after: \"53w\" is no duration from 0s to 52w" + forms
        ),
    ])
    func badEntryIsRefusedWithItsPlace(text: String, complaint: String) throws {
        #expect(try Self.read(text).complaints == ["s.yaml:\(complaint)"])
    }

    /// An entry that yields no schedule says why, whatever is wrong with it.
    @Test(arguments: ["{}", "{cron: 0 3 * *, generator: password}", "{every: 1d, generator: pasword}", "[a]", "text"])
    func entryWithoutScheduleNeverGoesUnexplained(text: String) throws {
        let (definition, complaints) = try Self.read(text)
        #expect(definition == nil)
        #expect(!complaints.isEmpty)
    }
}
