import Reporting
import RotationCore
import Scheduling
import TestSupport
import Testing

/// What a report says where the oldest entries were archived.
struct ArchiveTests {
    /// Schedules whose addition was archived are managed, by the terms that they had, and the report says what it can't judge.
    @Test func earlierSchedulesAreManaged() async throws {
        let report = try await ReportHistory.report(archivedBefore: ReportHistory.day(5)) { history in
            for alias in ["kept", "changed", "removed", "paused", "gone"] {
                history.schedule(alias, at: ReportHistory.day(-20), ["every": "7d", "max_age": "10d"])
            }
            history.note(.scheduleRemoved, at: ReportHistory.day(4), of: "gone", ["old": ["every": "7d"]])
            history.schedule("new", at: ReportHistory.day(6), ["every": "7d", "max_age": "30d"])
            history.note(
                .scheduleChanged,
                at: ReportHistory.day(20),
                of: "changed",
                ["old": ["max_age": "10d"], "new": ["max_age": "90d"]]
            )
            history.note(
                .scheduleRemoved,
                at: ReportHistory.day(21),
                of: "removed",
                ["old": ["every": "7d", "max_age": "10d"]]
            )
            for alias in ["kept", "changed", "removed", "new"] { try history.rotate(alias, at: ReportHistory.day(19)) }
            let day = Int64(86_400_000)
            try history.store("kept", maxAge: 10 * day)
            try history.store("changed", maxAge: 90 * day)
            try history.store("paused", maxAge: 45 * day, pausedAt: ReportHistory.day(1))
            try history.store("new", maxAge: 30 * day)
        }
        let standings = Dictionary(uniqueKeysWithValues: report.standings.shown.map { ($0.secret.alias, $0) })
        #expect(standings.filter(\.value.isScheduled).keys.sorted() == ["changed", "kept", "new", "paused"])
        #expect(report.coverage.first?.count == 4 && report.overdue.count == 1)
        #expect(
            standings.mapValues(\.verdict) == [
                "kept": .overdue, "changed": .exceeded, "removed": .exceeded, "paused": .notRotated, "new": .held,
            ]
        )
        #expect(standings["removed"]?.terms?.maximumAgeText == "10d" && standings["kept"]?.terms?.cadence == "every 1w")
        #expect(standings["paused"]?.isPaused == true && report.exceptionCounts[.paused] == 1)
        let page = ReportPage.html(report)
        #expect(
            page.contains(
                "Entries 1 to 6, up to 2026-09-07 00:00:00 UTC, are archived: schedules&#39; changes before that"
            )
        )
        #expect(page.contains("Ages are judged from then on."))
        #expect(!page.contains("never scheduled") && !page.contains("no figure of this report"))
    }

    /// Where all of the range is archived, the report says that it can't judge it.
    @Test func archivedRangeIsNotJudged() async throws {
        let report = try await ReportHistory.report(archivedBefore: ReportHistory.end) { history in
            history.schedule("a", at: ReportHistory.day(1), ["every": "7d"])
            history.note(.daemonStarted, at: ReportHistory.end)
            try history.store("a")
        }
        #expect(ReportPage.html(report).contains("That is the whole range: it can&#39;t be judged here."))
        #expect(report.coverage.first?.count == 0 && report.standings.count == 0)
    }

    /// Wherever the archive ends, the schedules at the end and their maximum ages are those of the whole history, and the shell's
    /// counts are ours.
    @Test(arguments: 1...16 as ClosedRange<UInt64>)
    func archiveChangesNoSchedule(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let cut = ReportHistory.day(Double(Int.random(in: -35...29, using: &random)))
        let script = (0..<8).map { _ in
            (0..<Int.random(in: 1...6, using: &random)).map { _ in
                (
                    day: Double.random(in: -40..<40, using: &random), kind: Int.random(in: 0..<4, using: &random),
                    age: Int64.random(in: 0...20, using: &random)
                )
            }.sorted { $0.day < $1.day }
        }
        let reports = try await [nil, cut].asyncMap { archivedBefore in
            try await ReportHistory.report(archivedBefore: archivedBefore) { history in
                for (number, steps) in script.enumerated() { try Self.write(steps, "s\(number)", to: history) }
                // The newest entry is never archived.
                for day in [29.5, 41] { history.note(.daemonStarted, at: ReportHistory.day(day)) }
            }
        }
        let scheduled = reports.map { report in
            Dictionary(
                uniqueKeysWithValues: report.standings.shown.filter(\.isScheduled).map { ($0.secret, $0.ages.maximum) }
            )
        }
        #expect(scheduled[0] == scheduled[1], "seed \(seed)")
        for report in reports {
            #expect(report.coverage.first.map { Int($0.count) } == scheduled[0].count, "seed \(seed)")
            let replayed = report.standings.shown.count { $0.ages.overdueBy != nil }
            #expect(Int(report.overdue.count) == replayed, "seed \(seed)")
        }
    }

    /// Adds, changes, removes and rotates a secret, and stores what is there in the end.
    private static func write(
        _ steps: [(day: Double, kind: Int, age: Int64)],
        _ alias: String,
        to history: SyntheticHistory
    ) throws {
        var age: Int64?
        func fields(_ age: Int64) -> JSONValue { age == 0 ? [:] : ["max_age": .string("\(age)d")] }
        func terms(_ age: Int64) -> [String: JSONValue] {
            age == 0 ? ["every": "7d"] : ["every": "7d", "max_age": .string("\(age)d")]
        }
        for step in steps {
            let at = ReportHistory.day(step.day)
            switch (step.kind, age) {
            case (_, nil):
                history.schedule(alias, at: at, terms(step.age))
                age = step.age
            case (1, let old?):
                history.note(.scheduleChanged, at: at, of: alias, ["old": fields(old), "new": fields(step.age)])
                age = step.age
            case (2, let old?):
                history.note(.scheduleRemoved, at: at, of: alias, ["old": .object(terms(old))])
                age = nil
            default: try history.rotate(alias, at: at, took: .zero)
            }
        }
        if let age { try history.store(alias, maxAge: age == 0 ? nil : age * 86_400_000) }
    }
}

extension Sequence {
    /// The results of a closure for each element, one after another.
    fileprivate func asyncMap<T>(_ body: (Element) async throws -> T) async rethrows -> [T] {
        var results: [T] = []
        for element in self { results.append(try await body(element)) }
        return results
    }
}
