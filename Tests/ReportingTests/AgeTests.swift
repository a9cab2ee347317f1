import Reporting
import RotationCore
import RotationStore
import Scheduling
import TestSupport
import Testing

/// How old values were, against the policy of that time.
struct AgeTests {
    private static func standing(
        _ write: (SyntheticHistory) throws -> Void
    ) async throws -> (AuditReport.Standing?, AuditReport) {
        let report = try await ReportHistory.report { history in
            history.schedule("a", at: ReportHistory.day(-40), ["every": "7d", "max_age": "10d"])
            try write(history)
        }
        return (report.standings.shown.first { $0.secret.alias == "a" }, report)
    }

    /// Successes by their days, the verdict, the age at the end in days, how often too old, and by how many days.
    struct Case: Sendable, CustomTestStringConvertible {
        var successes: [Double]
        var verdict: AuditReport.Verdict
        var age: Double
        var times: Int
        var most: Double
        var overdueDays: Int
        var testDescription: String { "\(successes)" }
    }

    @Test(
        arguments: [
            Case(successes: [-3, 4, 11, 18, 25], verdict: .held, age: 5, times: 0, most: 0, overdueDays: 0),
            Case(successes: [-3, 4, 11, 18, 20.05], verdict: .held, age: 9.95, times: 0, most: 0, overdueDays: 0),
            Case(successes: [-3, 4, 16, 25], verdict: .exceeded, age: 5, times: 1, most: 2, overdueDays: 3),
            Case(successes: [-3, 4, 11, 18], verdict: .overdue, age: 12, times: 1, most: 2, overdueDays: 3),
            Case(successes: [20], verdict: .overdue, age: 10, times: 2, most: 50, overdueDays: 21),
            Case(successes: [], verdict: .overdue, age: 70, times: 1, most: 60, overdueDays: 30),
        ]
    )
    func ageIsMeasured(of one: Case) async throws {
        let (standing, report) = try await Self.standing { history in
            for day in one.successes { try history.rotate("a", at: ReportHistory.day(day), took: .zero) }
        }
        let ages = try #require(standing?.ages)
        #expect(standing?.verdict == one.verdict)
        #expect(ages.age == .milliseconds(Int64((one.age * 86_400_000).rounded())))
        #expect(ages.timesExceeded == one.times)
        #expect(ages.mostExceeded == .milliseconds(Int64(one.most * 86_400_000)))
        #expect(report.overdueByBucket.reduce(0, +) == one.overdueDays)
        // The shell's count, by SQL alone, is ours.
        #expect(report.overdue.count == (ages.overdueBy == nil ? 0 : 1))
    }

    /// What counts is the maximum age of that time, whatever it is today.
    @Test func policyOfThePastCounts() async throws {
        let (standing, report) = try await Self.standing { history in
            try history.rotate("a", at: ReportHistory.day(-5), took: .zero)
            history.note(
                .scheduleChanged,
                at: ReportHistory.day(12),
                of: "a",
                ["old": ["max_age": "10d"], "new": ["max_age": "90d"], "policy_hash": "p"]
            )
        }
        #expect(standing?.verdict == .held && standing?.ages.oldest == .seconds(35 * 86_400))
        // Overdue from day 5 to day 12, as the old policy had it.
        #expect(report.overdueByBucket.reduce(0, +) == 8)
        #expect(report.overdue.count == 0)
        #expect(report.changes.shown.contains { $0.loosens && $0.text == "max_age: 10d → 90d" })
    }

    /// What was never rotated has not held its maximum age: nobody knows how old the value is.
    @Test func valueThatWasNeverRotatedIsNotHeld() async throws {
        let report = try await ReportHistory.report { history in
            history.schedule("new", at: ReportHistory.day(20), ["every": "7d", "max_age": "45d"])
            try history.rotate("new", at: ReportHistory.day(25), "failed")
            history.schedule("rotated", at: ReportHistory.day(20), ["every": "7d", "max_age": "45d"])
            try history.rotate("rotated", at: ReportHistory.day(25))
        }
        #expect(report.verdicts == [.notRotated: 1, .held: 1])
        let page = ReportPage.html(report)
        #expect(page.contains("the age counts from when its schedule was added; the value may be older"))
        #expect(page.contains("○ </span>not rotated yet"))
    }

    /// A schedule that was removed is still told of, by its last terms.
    @Test func removedScheduleIsTold() async throws {
        let (standing, report) = try await Self.standing { history in
            for day in [-3.0, 1] { try history.rotate("a", at: ReportHistory.day(day), took: .zero) }
            history.note(
                .scheduleRemoved,
                at: ReportHistory.day(5),
                of: "a",
                ["old": ["every": "7d"], "policy_hash": "p"]
            )
        }
        #expect(
            standing?.verdict == .unscheduled && standing?.terms?.cadence == "every 7d"
                && standing?.isScheduled == false
        )
        #expect(report.coverage.map(\.count) == [0, 0, 1, 1])
    }

    /// The count of the shell's SQL is that of the replay, for histories by chance.
    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func overdueByQueryIsOverdueByReplay(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        func pick(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
        let report = try await ReportHistory.report { history in
            for secret in 0..<6 {
                let alias = "s\(secret)"
                history.schedule(
                    alias,
                    at: ReportHistory.day(Double(pick(40)) - 40),
                    ["max_age": .string("\(pick(20) + 1)d")]
                )
                for _ in 0..<pick(6) {
                    let outcome = pick(3) == 0 ? "failed" : "succeeded"
                    try history.rotate(
                        alias,
                        at: ReportHistory.day(Double(pick(700)) / 10 - 40 + 0.01),
                        outcome,
                        took: .zero
                    )
                }
                if pick(3) == 0 {
                    let hours = "\(pick(400))h"
                    history.note(
                        .scheduleChanged,
                        at: ReportHistory.day(7.5),
                        of: alias,
                        ["new": ["max_age": .string(hours)], "policy_hash": "p"]
                    )
                }
                if pick(4) == 0 {
                    history.note(.scheduleRemoved, at: ReportHistory.day(8.5), of: alias, ["policy_hash": "p"])
                }
                if pick(4) == 0 { history.schedule(alias, at: ReportHistory.day(9.5), ["every": "7d"]) }
            }
        }
        let replayed = report.standings.shown.count { $0.ages.overdueBy != nil }
        #expect(Int(report.overdue.count) == replayed, "seed \(seed)")
        #expect((report.exceptionCounts[.overdue] ?? 0) == replayed)
        #expect(report.coverage.first.map { Int($0.count) } == report.standings.shown.count { $0.isScheduled })
    }
}
