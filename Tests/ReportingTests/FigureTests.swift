import Reporting
import RotationCore
import Scheduling
import TestSupport
import Testing

/// What a report counts, besides ages.
struct FigureTests {
    @Test func recoveryIsFromTheFirstFailureToTheNextSuccess() async throws {
        let report = try await ReportHistory.report { history in
            for (day, outcome) in [
                (1.0, "failed"), (2, "failed"), (4, "succeeded"), (5, "failed"), (6, "succeeded"), (7, "failed"),
            ] {
                try history.rotate("a", at: ReportHistory.day(day), outcome, error: "forbidden", took: .zero)
            }
        }
        #expect(report.recoveries == [.seconds(86_400), .seconds(3 * 86_400)])
        #expect(report.episodes.shown.map(\.failures) == [1, 1, 2] && report.episodes.shown.first?.end == nil)
        #expect(report.errors.map(\.name) == ["forbidden"] && report.errors.map(\.count) == [4])
        #expect(report.rotations.map(\.count) == [2, 4, 0, 0])
    }

    @Test func rangeHoldsItsStartAndNotItsEnd() async throws {
        let report = try await ReportHistory.report { history in
            for instant in [
                ReportHistory.start, ReportHistory.end, ReportHistory.start.advanced(by: .milliseconds(-1)),
            ] {
                try history.rotate("a", at: instant, took: .zero)
            }
        }
        #expect(report.rotations.first?.count == 1 && report.allSecrets.reduce(0) { $0 + $1.succeeded } == 1)
    }

    /// A stop, a crash, a gap that began before the range, and one that has not ended.
    @Test func gapsAreTimesWithoutADaemon() async throws {
        let report = try await ReportHistory.report { history in
            history.note(.daemonStarted, at: ReportHistory.day(-9))
            history.note(.daemonStopped, at: ReportHistory.day(-1))
            history.note(.daemonStarted, at: ReportHistory.day(1))
            history.note(.configurationLoaded, at: ReportHistory.day(2), ["hash": "h"])
            history.note(.schedulePaused, at: ReportHistory.day(3), of: "a", by: SyntheticHistory.user("maria"))
            history.note(.daemonStarted, at: ReportHistory.day(4))
            history.note(.daemonStopped, at: ReportHistory.day(28))
        }
        let days = report.gaps.shown.map { ($0.start, $0.end, $0.wasGraceful) }
        #expect(days.map(\.0) == [ReportHistory.day(28), ReportHistory.day(2), ReportHistory.day(-1)])
        #expect(
            days.map(\.1) == [nil, ReportHistory.day(4), ReportHistory.day(1)] && days.map(\.2) == [true, false, true]
        )
        #expect(report.downtime == .seconds(5 * 86_400))
        #expect(report.gapFigure.count == 2)
    }

    @Test func exceptionsAreThoseAtTheEnd() async throws {
        let report = try await ReportHistory.report { history in
            for alias in ["a", "b", "c"] { history.schedule(alias, at: ReportHistory.day(-5), ["every": "7d"]) }
            try history.rotate("a", at: ReportHistory.day(1), nil, error: "rejected")
            history.note(.driftFound, at: ReportHistory.day(2), of: "b", ["error": "changed"])
            try history.rotate("b", at: ReportHistory.day(3))
            history.note(.driftFound, at: ReportHistory.day(4), of: "b", ["error": "changed"])
            history.note(
                .schedulePaused,
                at: ReportHistory.day(5),
                of: "b",
                by: SyntheticHistory.user("maria"),
                ["reason": "why"]
            )
            history.note(
                .schedulePaused,
                at: ReportHistory.day(5),
                of: "c",
                ["until": .string(ReportHistory.day(6).rfc3339)]
            )
        }
        let counts = report.exceptionCounts
        #expect(counts == [.parked: 1, .changed: 1, .paused: 1, .neverRotated: 2])
        let pause = report.exceptions.shown.first { $0.kind == .paused }
        #expect(pause?.by?.description == "maria (uid 1000)" && pause?.reason == "why")
    }

    /// Each kind of drift has its own label, until what ends it has happened.
    @Test func driftIsNamedByItsKind() async throws {
        let report = try await ReportHistory.report { history in
            func find(_ kind: String, _ alias: String, _ day: Double) {
                history.note(
                    .driftFound,
                    at: ReportHistory.day(day),
                    of: alias,
                    ["error": .string(kind), "found": "list"]
                )
            }
            for alias in ["changed", "missing", "value_unknown", "unknown_change", "overdue"] {
                history.schedule(alias, at: ReportHistory.day(-1), ["every": "7d"])
                for suffix in ["", "_ended"] { find(alias, alias + suffix, 2) }
                history.schedule(alias + "_ended", at: ReportHistory.day(-1), ["every": "7d"])
                try history.rotate(alias, at: ReportHistory.day(1))
                try history.rotate(alias + "_ended", at: ReportHistory.day(3))
            }
            find("unmanaged", "unmanaged", 2)
            find("unmanaged", "unmanaged_ended", 2)
            history.schedule("unmanaged_ended", at: ReportHistory.day(3), ["every": "7d"])
            try history.rotate("unmanaged_ended", at: ReportHistory.day(4))
        }
        let kinds = Dictionary(grouping: report.exceptions.shown, by: \.secret.alias).mapValues { $0.map(\.kind) }
        #expect(
            kinds == [
                "changed": [.changed], "missing": [.missing], "unmanaged": [.unmanaged],
                "value_unknown": [.valueUnknown], "unknown_change": [.unknownChange],
            ]
        )
        let page = ReportPage.html(report)
        #expect(page.contains("the hub lists it, and it has no schedule") && page.contains("1 changed by others"))
    }

    /// One command of many secrets is one row; another reason is another one.
    @Test func requestsOfOneCommandAreOneRow() async throws {
        let report = try await ReportHistory.report { history in
            for number in 0..<70 {
                let request = try history.request(
                    "s\(number)",
                    at: ReportHistory.day(1),
                    reason: "leak",
                    ticket: "SEC-1"
                )
                try history.rotate(
                    "s\(number)",
                    at: ReportHistory.day(1),
                    trigger: .rotateNow,
                    request: request,
                    took: .seconds(9)
                )
            }
            _ = try history.request("s1", at: ReportHistory.day(1), reason: "another")
        }
        #expect(report.emergencyFigure.count == 71 && report.emergencies.count == 2)
        let command = report.emergencies.shown.last
        #expect(command?.count == 70 && command?.outcomes == ["succeeded": 50] && command?.longest == .seconds(9))
        #expect(report.emergencies.shown.first?.outcomes == ["waiting": 1])
    }

    /// Tables end, and say what they leave out; sums do not.
    @Test func tablesAreCapped() async throws {
        var limits = ReportBuilder.Limits()
        (limits.standings, limits.timeline, limits.details) = (3, 3, 3)
        let report = try await ReportHistory.report(limits: limits) { history in
            for number in 0..<20 {
                history.schedule("s\(number)", at: ReportHistory.day(1), ["every": "7d"])
                try history.rotate(
                    "s\(number)",
                    at: ReportHistory.day(2 + Double(number)),
                    number == 13 ? "failed" : "succeeded",
                    took: .zero
                )
            }
        }
        #expect(report.standings.shown.count == 3 && report.standings.omitted == 17)
        #expect(report.timeline.shown.first?.secret.alias == "s13" && report.timeline.count == 20)
        #expect(
            report.changes.shown.map(\.seq) == report.changes.shown.map(\.seq).sorted(by: >)
                && report.changes.count == 20
        )
        #expect(ReportPage.html(report).contains("and 17 more secrets"))
    }

    /// Each section of an empty history says what its emptiness means.
    @Test func emptyHistoryIsSaid() async throws {
        let page = ReportPage.html(try await ReportHistory.report { _ in })
        #expect(page.contains("No rotation failed in this range: 0 of 0 that ended."))
        #expect(page.matches(of: #/class="nothing"/#).count >= 10)
        #expect(page.contains("default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;"))
    }
}
