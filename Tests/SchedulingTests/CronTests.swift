import Scheduling
import TestSupport
import Testing

@Suite("Cron slots")
struct CronTests {
    private static func slots(_ text: String, _ zone: String, after start: String, count: Int) throws -> [String] {
        let (expression, zone) = (try CronExpression(text), try ZoneDatabase.system.zone(named: zone))
        var instant = try #require(Instant(rfc3339: start))
        return try (0..<count).map { _ in
            instant = try #require(expression.nextSlot(after: instant, in: zone))
            return String(instant.rfc3339.dropLast(8)) + "Z"
        }
    }

    @Test(
        "clocks that are set neither double nor lose a slot",
        arguments: [
            // The gap: the first valid instant. 2026-03-29 02:00 is 03:00 in Berlin.
            ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-29T01:00Z", "2026-03-30T00:30Z"]),
            ("0,30 2,3 29 3 *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-29T01:00Z", "2026-03-29T01:30Z"]),
            // The overlap: its first occurrence only.
            ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["2026-10-25T00:30Z", "2026-10-26T01:30Z"]),
            ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", ["2026-10-26T01:30Z"]),
            // A start within the second occurrence.
            ("45 2 * * *", "Europe/Berlin", "2026-10-25T01:15:00Z", ["2026-10-26T01:45Z"]),
            // Real time where hour or minute begins with a star.
            (
                "30 */1 * * *", "Europe/Berlin", "2026-10-24T23:45:00Z",
                ["2026-10-25T00:30Z", "2026-10-25T01:30Z", "2026-10-25T02:30Z"]
            ),
            ("*/30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-30T00:00Z", "2026-03-30T00:30Z"]),
            // Half an hour, back and forth, at Lord Howe.
            ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", ["2026-10-03T15:30Z", "2026-10-04T15:15Z"]),
            ("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00:00Z", ["2026-04-04T14:45Z", "2026-04-05T15:15Z"]),
            // Apia had no 30 December 2011.
            ("0 9 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", ["2011-12-30T10:00Z", "2012-12-29T19:00Z"]),
            (
                "0 9 * * *", "Pacific/Apia", "2011-12-29T12:00:00Z",
                ["2011-12-29T19:00Z", "2011-12-30T10:00Z", "2011-12-30T19:00Z"]
            ),
            // Casablanca is at +00 during Ramadan.
            ("0 3 * * *", "Africa/Casablanca", "2026-02-14T12:00:00Z", ["2026-02-15T03:00Z", "2026-02-16T03:00Z"]),
            // St John's changed its clock at one minute past midnight.
            ("0 0 * * *", "America/St_Johns", "2006-10-28T12:00:00Z", ["2006-10-29T02:30Z", "2006-10-30T03:30Z"]),
            // Havana has no midnight on that day.
            ("0 0 * * *", "America/Havana", "2026-03-07T12:00:00Z", ["2026-03-08T05:00Z", "2026-03-09T04:00Z"]),
        ] as [(String, String, String, [String])]
    )
    func clocks(text: String, zone: String, start: String, expected: [String]) throws {
        #expect(try Self.slots(text, zone, after: start, count: expected.count) == expected)
    }

    @Test(
        "days are joined by OR only if neither field begins with a star",
        arguments: [
            ("0 0 13 * 5", ["2026-11-27T00:00Z", "2026-12-04T00:00Z", "2026-12-11T00:00Z", "2026-12-13T00:00Z"]),
            ("0 0 */3 * 5", ["2026-12-04T00:00Z", "2026-12-25T00:00Z", "2027-01-01T00:00Z"]),
            ("0 0 13 * */5", ["2026-12-13T00:00Z", "2027-06-13T00:00Z"]),
            ("0 0 1 * *", ["2026-12-01T00:00Z", "2027-01-01T00:00Z"]),
            ("0 0 * * 5L", ["2026-11-27T00:00Z", "2026-12-25T00:00Z"]),
            ("0 0 * * 1#2", ["2026-12-14T00:00Z", "2027-01-11T00:00Z"]),
            ("0 0 L * *", ["2026-11-30T00:00Z", "2026-12-31T00:00Z"]),
            ("0 0 LW * *", ["2026-11-30T00:00Z", "2026-12-31T00:00Z", "2027-01-29T00:00Z"]),
            ("0 0 29 2 *", ["2028-02-29T00:00Z", "2032-02-29T00:00Z"]),
        ]
    )
    func days(text: String, expected: [String]) throws {
        #expect(try Self.slots(text, "UTC", after: "2026-11-24T12:00:00Z", count: expected.count) == expected)
    }

    @Test("beyond the last instant that can be written there is no slot")
    func theEnd() throws {
        let last = Instant(milliseconds: Instant.range.upperBound - 100_000)
        #expect(try CronExpression("0 0 1 1 *").nextSlot(after: last, in: .utc) == nil)
    }

    /// What holds of each expression, zone and instant.
    @Test(
        "a slot is later than its start, and none between is skipped",
        arguments: [0x5EED_4001, 0x5EED_4002] as [UInt64]
    )
    func properties(seed: UInt64) async throws {
        try await offPool { try Self.checkProperties(seed) }
    }

    private static func checkProperties(_ seed: UInt64) throws {
        var cron = RandomCron(seed: seed)
        let names = ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca"]
        let zones = try names.map { try ZoneDatabase.system.zone(named: $0) }
        for _ in 0..<2000 {
            let text = cron.expression()
            let expression = try CronExpression(text)
            let zone = zones.randomElement(using: &cron.random) ?? .utc
            // From the year 1 to 9900, so that each has a slot.
            let start = Instant(
                milliseconds: .random(in: -62_000_000_000_000...250_000_000_000_000, using: &cron.random)
            )
            let seeds = "seed \(seed): \(text) in \(zone.name) after \(start.rawValue)"
            let slot = try #require(expression.nextSlot(after: start, in: zone), "\(seeds)")
            try #require(slot > start, "\(seeds)")
            // Whoever asks at any instant before the slot is told the same one.
            for between in [slot.rawValue - 1, .random(in: start.rawValue..<slot.rawValue, using: &cron.random)] {
                try #require(expression.nextSlot(after: Instant(milliseconds: between), in: zone) == slot, "\(seeds)")
            }
        }
    }
}
