import Reporting
import RotationCore
import TestSupport
import Testing

/// What is counted from the entries of the audit log.
struct RotationCountersTests {
    /// A rotation that was opened at 2026-09-01T00:00:00Z.
    private static let rotation = "01a05a43-fc00-7000-8000-000000000001"

    private static func line(
        _ event: AuditEventName,
        _ detail: String = "",
        rotation: String = rotation,
        time: String = "2026-09-01T00:00:07.500Z",
        trigger: String = "schedule"
    ) -> String {
        let detail = detail.isEmpty ? "" : "\"detail\":{\(detail)},"
        return """
            {"actor":{"kind":"daemon"},"alias":"a",\(detail)"event":"\(event.rawValue)","host":"x","hub":"h",\
            "rotation":"\(rotation)","seq":1,"time":"\(time)","trigger":"\(trigger)","version":"1"}
            """
    }

    private static func text(_ lines: [String]) throws -> [Substring] {
        var counters = RotationCounters()
        for line in lines { counters.count(try #require(LoggedEvent(line: line))) }
        return Exposition.text(counters.families(hubs: ["h"])).split(separator: "\n")
            .filter { !$0.hasPrefix("#") && !$0.hasSuffix(" 0") }
    }

    @Test(arguments: [
        (
            [line(.rotationAttempted, "\"attempt\":1"), line(.rotationDelivered, "\"attempt\":1,\"status\":200")],
            "delivered"
        ),
        (
            [
                line(.rotationAttempted, "\"attempt\":1"),
                line(.rotationDeferred, "\"attempt\":1,\"error\":\"timed_out\""),
            ], "ambiguous"
        ),
        (
            [
                line(.rotationAttempted, "\"attempt\":1"),
                line(.rotationDeferred, "\"attempt\":1,\"error\":\"throttled\""),
            ], "refused"
        ),
        (
            [
                line(.rotationAttempted, "\"attempt\":1"),
                line(.rotationDeferred, "\"attempt\":1,\"error\":\"not_sent\""),
            ], "not_sent"
        ),
        (
            [line(.rotationAttempted, "\"attempt\":1"), line(.rotationParked, "\"attempt\":1,\"error\":\"unknown\"")],
            "ambiguous"
        ),
    ])
    func attemptHasItsOutcome(lines: [String], outcome: String) throws {
        #expect(try Self.text(lines) == ["secret_rotator_attempts_total{hub=\"h\",outcome=\"\(outcome)\"} 1"])
    }

    /// A list that shows no update is no second end of the attempt; a step that is put off is none at all.
    @Test func attemptEndsOnce() throws {
        let lines = [
            Self.line(.rotationDeferred, "\"error\":\"unavailable\""), Self.line(.rotationAttempted, "\"attempt\":1"),
            Self.line(.rotationDelivered, "\"attempt\":1"),
            Self.line(.rotationDeferred, "\"attempt\":1,\"error\":\"unconfirmed\""),
        ]
        #expect(try Self.text(lines) == ["secret_rotator_attempts_total{hub=\"h\",outcome=\"delivered\"} 1"])
    }

    @Test func endIsCountedWithItsTriggerAndDuration() throws {
        let lines = [
            Self.line(.rotationAttempted, "\"attempt\":1"),
            Self.line(.rotationFailed, "\"attempts\":1,\"error\":\"not_found\"", trigger: "rotate_now"),
        ]
        #expect(
            try Self.text(lines) == [
                "secret_rotator_rotations_total{hub=\"h\",outcome=\"failed\",trigger=\"rotate_now\"} 1",
                "secret_rotator_attempts_total{hub=\"h\",outcome=\"refused\"} 1",
            ]
                + ["15", "60", "300", "1800", "7200", "43200", "+Inf"].map {
                    "secret_rotator_rotation_duration_seconds_bucket{hub=\"h\",le=\"\($0)\"} 1"
                } + [
                    "secret_rotator_rotation_duration_seconds_sum{hub=\"h\"} 7.5",
                    "secret_rotator_rotation_duration_seconds_count{hub=\"h\"} 1",
                ]
        )
    }

    /// Each configured hub has all its series from the beginning, and their number does not depend on the secrets.
    @Test func seriesAreBounded() throws {
        var counters = RotationCounters()
        let before = counters.families(hubs: ["h", "i"]).map(\.samples.count)
        for number in 0..<1000 {
            let rotation = "01a05a43-fc00-7000-8000-" + String(repeating: "0", count: 8) + String(1000 + number)
            counters.count(try #require(LoggedEvent(line: Self.line(.rotationSucceeded, rotation: rotation))))
        }
        #expect(counters.families(hubs: ["h", "i"]).map(\.samples.count) == before)
        #expect(before == [2 * 3 * Trigger.allCases.count, 2 * 4, 2 * 13])
    }

    /// Fields of other events may have the same names and other types.
    @Test func anyLineIsRead() {
        let line = "{\"detail\":{\"attempt\":\"x\",\"error\":{},\"problems\":[]},\"event\":\"e\",\"time\":\"t\"}"
        #expect(LoggedEvent(line: line)?.detail?.attempt == nil)
        #expect(LoggedEvent(line: line)?.openedAt == nil)
        #expect(LoggedEvent(line: "{}") == nil)
        #expect(LoggedEvent(line: "") == nil)
    }
}
