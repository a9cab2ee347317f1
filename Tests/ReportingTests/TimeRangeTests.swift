import Reporting
import Scheduling
import Testing

struct TimeRangeTests {
    @Test(
        arguments: [
            (nil, nil, true), (10, nil, true), (11, nil, false), (nil, 11, true), (nil, 10, false), (10, 11, true),
            (10, 10, false),
        ] as [(Int64?, Int64?, Bool)]
    )
    func containsItsStartButNotItsEnd(start: Int64?, end: Int64?, isInside: Bool) {
        let range = TimeRange(start: start.map(Instant.init(rawValue:)), end: end.map(Instant.init(rawValue:)))
        #expect(range.contains(Instant(rawValue: 10)) == isInside)
    }

    private static let now = Instant(rfc3339: "2026-11-26T12:00:00.000Z")

    @Test(arguments: [
        ("2026-11-01", "2026-11-01T00:00:00.000Z", "2026-11-02T00:00:00.000Z"),
        ("2026-11-01T08:00:00+02:00", "2026-11-01T06:00:00.000Z", "2026-11-01T06:00:00.000Z"),
        ("7d", "2026-11-19T12:00:00.000Z", "2026-11-19T12:00:00.000Z"),
        ("90m", "2026-11-26T10:30:00.000Z", "2026-11-26T10:30:00.000Z"),
    ])
    func boundIsADateAnInstantOrAnAge(text: String, start: String, end: String) throws {
        let range = try TimeRange(from: text, to: text, now: try #require(Self.now))
        #expect(range.start?.rfc3339 == start)
        #expect(range.end?.rfc3339 == end)
    }

    @Test(arguments: ["", "yesterday", "2026-02-30", "2026-11", "7", "-7d", "2026-11-01T25:00:00Z"])
    func otherTextIsRefused(_ text: String) throws {
        let now = try #require(Self.now)
        #expect(throws: TimeRange.Unreadable(text: text)) { try TimeRange(from: text, to: nil, now: now) }
        #expect(throws: TimeRange.Unreadable(text: text)) { try TimeRange(from: nil, to: text, now: now) }
    }
}
