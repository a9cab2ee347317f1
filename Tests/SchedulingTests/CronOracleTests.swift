import Foundation
import Scheduling
import TestSupport
import Testing

/// Slots against two implementations that we did not write: cronsim, whose meaning ours is to be, and croniter.
@Suite("Cron against cronsim and croniter", .timeLimit(.minutes(10)))
struct CronOracleTests {
    /// Prints, for each line `start zone expression` (tabs between), the first slots as Unix time.
    ///
    /// Where midnight does not exist, cronsim may look for it for ever: it is stopped then, and the line is `none`.
    private static let cronsim = """
        import signal, sys
        from datetime import datetime, timezone
        from zoneinfo import ZoneInfo
        from cronsim import CronSim
        def stop(*_):
            raise TimeoutError
        signal.signal(signal.SIGALRM, stop)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
        for line in sys.stdin:
            start, zone, expression = line.rstrip('\\n').split('\\t')
            zone = timezone.utc if zone == 'UTC' else ZoneInfo(zone)
            slots = CronSim(expression, datetime.fromtimestamp(int(start), zone))
            signal.alarm(2)
            try:
                print(*[int(next(slots).timestamp()) for _ in range(6)])
            except TimeoutError:
                print('none')
            finally:
                signal.alarm(0)
        """

    private static let croniter = """
        import sys
        from datetime import datetime, timezone
        from croniter import croniter
        for line in sys.stdin:
            start, zone, expression = line.rstrip('\\n').split('\\t')
            slots = croniter(expression, datetime.fromtimestamp(int(start), timezone.utc), implement_cron_bug=True,
                max_years_between_matches=100)
            print(*[int(slots.get_next(float)) for _ in range(6)])
        """

    /// Prints the first slots of an expression that follows real time: goes from minute to minute, and asks cronsim of each
    /// whether it matches.
    private static let walk = """
        import sys
        from datetime import datetime, timezone
        from zoneinfo import ZoneInfo
        from cronsim import CronSim
        for line in sys.stdin:
            start, zone, expression = line.rstrip('\\n').split('\\t')
            cron = CronSim(expression, datetime(2000, 1, 1))
            zone, second, found = ZoneInfo(zone), int(start) // 60 * 60, []
            while len(found) < 3:
                second += 60
                local = datetime.fromtimestamp(second, zone)
                if local.minute in cron.minutes and local.hour in cron.hours and local.month in cron.months \\
                        and cron.match_day(local.date()):
                    found.append(second)
            print(*found)
        """

    private static func has(_ module: String) -> Bool {
        (try? Python.run("import \(module)", lines: [])) != nil
    }

    private static let hasCronsim = has("cronsim")
    private static let hasCroniter = has("croniter")

    /// One question.
    private struct Question {
        var start: Int64
        var zone: Zone
        var text: String

        var line: String { "\(start)\t\(zone.name)\t\(text)" }

        /// Our answer: as many slots as are asked for.
        func slots(_ count: Int) throws -> [Int64] {
            let expression = try CronExpression(text)
            var slots: [Int64] = []
            var instant = Instant(milliseconds: start * 1000)
            for _ in 0..<count {
                instant = try #require(expression.nextSlot(after: instant, in: zone))
                slots.append(instant.rawValue / 1000)
            }
            return slots
        }
    }

    /// Zones with unusual changes, and some with usual ones.
    private static let zones = [
        "UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia",
        "Africa/Casablanca", "Asia/Tehran", "America/Sao_Paulo", "Asia/Kathmandu", "America/Santiago", "Africa/Cairo",
        "Asia/Gaza", "Antarctica/Troll", "Pacific/Chatham", "Europe/Dublin", "America/Havana", "Asia/Beirut",
    ]
    /// 1985 to 2095.
    private static let range: ClosedRange<Int64> = 473_385_600...3_944_678_400

    /// A start: in half of the cases shortly before or after a change of the zone's offset.
    private static func start(_ zone: Zone, _ random: inout SplitMix64) -> Int64 {
        let any = Int64.random(in: range, using: &random)
        let span = zone.span(at: any)
        guard Bool.random(using: &random), range.contains(span.end) else { return any }
        return span.end + Int64.random(in: -90_000...14_400, using: &random)
    }

    private static func questions(_ count: Int, zones: [String], seed: UInt64, extensions: Bool) throws -> [Question] {
        var cron = RandomCron(seed: seed)
        cron.hasExtensions = extensions
        let zones = try zones.map { try ZoneDatabase.system.zone(named: $0) }
        return (0..<count).map { _ in
            let zone = zones.randomElement(using: &cron.random) ?? .utc
            return Question(start: start(zone, &cron.random), zone: zone, text: cron.expression())
        }
    }

    /// The other's answer, made to what a slot is: strictly later than the start and than the one before.
    ///
    /// cronsim answers a time of day that a clock set forwards skips with the first valid minute, also where another slot is
    /// at that minute already, and starts again from the first occurrence of an hour that a clock set back shows twice: it
    /// then names slots that are not later than the start. Ours never does, as a slot fires once.
    private static func slots(_ answer: String, after start: Int64) -> [Int64] {
        answer.split(separator: " ").compactMap { Int64($0) }.reduce(into: []) { slots, slot in
            if slot > slots.last ?? start { slots.append(slot) }
        }
    }

    /// A question that is answered in two ways.
    private struct Disagreement: CustomStringConvertible {
        var question: Question
        var ours: [Int64]
        var theirs: [Int64]

        var description: String { "\(question.line): ours \(ours), theirs \(theirs)" }
    }

    private static func disagreements(_ questions: [Question], _ answers: [String]) throws -> [Disagreement] {
        try #require(answers.count == questions.count)
        return try zip(questions, answers).compactMap { question, answer in
            let theirs = Array(slots(answer, after: question.start).prefix(3))
            let ours = try question.slots(theirs.count)
            return ours == theirs ? nil : Disagreement(question: question, ours: ours, theirs: theirs)
        }
    }

    @Test(
        "slots are cronsim's",
        .enabled(if: hasCronsim, "cronsim is not installed: python3 -m pip install cronsim"),
        arguments: [0x5EED_1001, 0x5EED_1002, 0x5EED_1003, 0x5EED_1004] as [UInt64]
    )
    func agreesWithCronsim(seed: UInt64) async throws {
        try await offPool { try Self.agreesWithCronsimInPlace(seed) }
    }

    private static func agreesWithCronsimInPlace(_ seed: UInt64) throws {
        let questions = try Self.questions(5000, zones: Self.zones, seed: seed, extensions: true)
        let answers = try Python.run(Self.cronsim, lines: questions.map(\.line))
        var wrong = try Self.disagreements(questions, answers)
        // cronsim goes on by whole hours, and so misses minutes where a clock is set by less than an hour, or by a day:
        // Lord Howe's, Kathmandu's, Apia's. Who is right is told by each minute itself.
        let walked = try wrong.filter { try CronExpression($0.question.text).followsRealTime }
        try #require(walked.count <= questions.count / 100)
        wrong.removeAll { one in walked.contains { $0.question.line == one.question.line } }
        wrong += try Self.disagreements(
            walked.map(\.question),
            Python.run(Self.walk, lines: walked.map(\.question.line))
        )
        #expect(
            wrong.isEmpty,
            "seed \(seed): \(wrong.count): \(wrong.prefix(5).map(\.description).joined(separator: "\n"))"
        )
    }

    /// In UTC, as croniter has its own rules for clocks that are set.
    @Test(
        "slots are croniter's",
        .enabled(if: hasCroniter, "croniter is not installed: python3 -m pip install croniter"),
        arguments: [0x5EED_2001, 0x5EED_2002] as [UInt64]
    )
    func agreesWithCroniter(seed: UInt64) async throws {
        try await offPool { try Self.agreesWithCroniterInPlace(seed) }
    }

    private static func agreesWithCroniterInPlace(_ seed: UInt64) throws {
        let questions = try Self.questions(5000, zones: ["UTC"], seed: seed, extensions: false)
        let answers = try Python.run(Self.croniter, lines: questions.map(\.line))
        let wrong = try Self.disagreements(questions, answers)
        #expect(
            wrong.isEmpty,
            "seed \(seed): \(wrong.count): \(wrong.prefix(5).map(\.description).joined(separator: "\n"))"
        )
    }
}
