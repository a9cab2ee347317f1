import Foundation
import Scheduling
import TestSupport
import Testing

@Suite("Zones")
struct ZoneTests {
    /// A TZif file of version 2 without transitions, with a rule at its end.
    private static func file(rule: String, offset: Int32 = 0, leap: UInt8 = 0) -> [UInt8] {
        let header = { (leap: UInt8) in
            Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
                + [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, leap, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 4]
        }
        let type = withUnsafeBytes(of: offset.bigEndian) { Array($0) } + [0, 0] + Array("LMT\0".utf8)
        return header(0) + type + header(leap) + type + [UInt8](repeating: 0, count: Int(leap) * 12)
            + Array("\n\(rule)\n".utf8)
    }

    private static func with(_ bytes: [UInt8], _ body: (TemporaryFolder, ZoneDatabase) throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            try Data(bytes).write(to: URL(filePath: folder.file("Zone")))
            try body(folder, ZoneDatabase(folder: folder.path))
        }
    }

    /// Days of the year in all three forms, quoted names, and times beyond a day (RFC 9636, section 3.3.1).
    @Test(arguments: [
        ("UTC0", 1_800_000_000, 0), ("CET-1CEST,M3.5.0,M10.5.0/3", 1_800_000_000, 3600),
        ("CET-1CEST,M3.5.0,M10.5.0/3", 1_820_000_000, 7200), ("<+0330>-3:30", 1_800_000_000, 12_600),
        ("IST-2IDT,M3.4.4/26,M10.5.0", 1_790_000_000, 10_800),
        // All the year round.
        ("XXX3EDT4,0/0,J365/23", 1_800_000_000, -14_400), ("AAA0BBB,J1/0,J365/25", 1_800_000_000, 3600),
        // Negative time, and the southern half.
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1_806_267_600, -3600),
        ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_800_000_000, 39_600),
        ("AEST-10AEDT,M10.1.0,M4.1.0/3", 1_785_000_000, 36_000),
    ])
    func ruleHolds(rule: String, second: Int64, offset: Int32) async throws {
        try await Self.with(Self.file(rule: rule, offset: -99)) { _, zones throws in
            let zone = try zones.zone(named: "Zone")
            #expect(zone.span(at: second).offset == offset)
            // The calendar repeats itself after 400 years, and so does the rule.
            #expect(zone.span(at: second + 146_097 * 86_400 * 5).offset == offset)
        }
    }

    @Test func farAwaySpansFollowEachOther() throws {
        let zone = try ZoneDatabase.system.zone(named: "Europe/Berlin")
        var span = zone.span(at: 13_000_000_000)
        for _ in 0..<2000 {
            let next = zone.span(at: span.end)
            try #require(next.start == span.end && next.end > next.start)
            span = next
        }
    }

    @Test(
        arguments: [
            [], Array("TZif".utf8), Array("TZi2".utf8) + [UInt8](repeating: 0, count: 100),
            Array(file(rule: "CET-1").dropLast(3)), file(rule: "CET"), file(rule: "CET-1CEST"),
            file(rule: "CET-1CEST,M13.1.0,M1"),
            file(rule: "UTC0", leap: 1), file(rule: "UTC0", offset: 200_000), Array(file(rule: "UTC0").prefix(90)),
        ] as [[UInt8]]
    )
    func whatIsNoZoneFileIsRefused(bytes: [UInt8]) async throws {
        try await Self.with(bytes) { _, zones throws in
            #expect(throws: ZoneDatabase.Failure.unreadable("Zone")) { try zones.zone(named: "Zone") }
        }
    }

    @Test(arguments: [
        "", ".", "..", "/etc/passwd", "../zoneinfo/UTC", "Europe", "Europe/", "Europe//Berlin", "Eur ope", "Mars",
    ])
    func whatIsNoZoneIsUnknown(name: String) {
        #expect(throws: ZoneDatabase.Failure.unknown(name)) { try ZoneDatabase.system.zone(named: name) }
    }

    @Test func renewedFileIsReadAgainAndALostOneIsRemembered() async throws {
        try await Self.with(Self.file(rule: "CET-1")) { folder, zones throws in
            let before = try zones.zone(named: "Zone")
            #expect(before.span(at: 1_800_000_000).offset == 3600)
            try Data(Self.file(rule: "EET-2")).write(to: URL(filePath: folder.file("Zone")), options: .atomic)
            let after = try zones.zone(named: "Zone")
            #expect(after.span(at: 1_800_000_000).offset == 7200)
            #expect(before.fingerprint != after.fingerprint)
            try FileManager.default.removeItem(atPath: folder.file("Zone"))
            #expect(try zones.zone(named: "Zone").fingerprint == after.fingerprint)
        }
    }

    @Test func localTimesHaveTheirFirstInstant() throws {
        let zone = try ZoneDatabase.system.zone(named: "Europe/Berlin")
        func local(_ text: String) throws -> Int64 { try #require(Instant(rfc3339: text + ":00Z")).rawValue / 1000 }
        #expect(zone.instant(ofLocal: try local("2026-03-29T02:30")) == (try local("2026-03-29T01:00")))
        #expect(zone.instant(ofLocal: try local("2026-10-25T02:30")) == (try local("2026-10-25T00:30")))
        #expect(zone.instant(ofLocal: try local("2026-07-01T12:00")) == (try local("2026-07-01T10:00")))
    }
}
