import ArgumentParser
import Foundation
import Scheduling
import TestSupport

/// What it costs to find the next slot, beside cronsim in the same run.
struct CronBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cron",
        abstract: "Time to find the next slot of cron expressions, beside cronsim's (PyPI) where it is installed."
    )

    @Option(help: "How many slots of each expression.") var slots = 2000

    private static let expressions = [
        "*/5 * * * *", "0 3 * * *", "30 2 * * 1", "0 0 1 * *", "0 9 L * *", "15 4 * * 5#2", "0 0 29 2 *",
        "0 */6 * * 1-5",
    ]

    /// Prints the microseconds that a slot takes, for each line `zone count expression`.
    private static let program = """
        import sys, time
        from datetime import datetime, timezone
        from zoneinfo import ZoneInfo
        from cronsim import CronSim
        for line in sys.stdin:
            zone, count, expression = line.rstrip('\\n').split('\\t')
            start = datetime.fromtimestamp(1767225600, timezone.utc if zone == 'UTC' else ZoneInfo(zone))
            begin = time.perf_counter()
            slots = CronSim(expression, start)
            for _ in range(int(count)):
                next(slots)
            print((time.perf_counter() - begin) / int(count) * 1e6)
        """

    func run() throws {
        let zones = ["UTC", "Europe/Berlin"]
        let questions = zones.flatMap { zone in Self.expressions.map { (zone, $0) } }
        // A rare day takes cronsim long: so few slots of it are asked for that the run stays short.
        let count = { (text: String) in text.contains("29 2") ? 100 : slots }
        let lines = questions.map { "\($0.0)\t\(count($0.1))\t\($0.1)" }
        let theirs = try? Python.run(Self.program, lines: lines).compactMap(Double.init)
        print("EXPRESSION       ZONE             OURS       CRONSIM    RATIO")
        for (index, question) in questions.enumerated() {
            let ours = try measure(question.1, try ZoneDatabase.system.zone(named: question.0), count(question.1))
            let other = theirs.flatMap { index < $0.count ? $0[index] : nil }
            print(
                pad(question.1, 17) + pad(question.0, 17) + pad(format(ours), 11)
                    + (other.map { pad(format($0), 11) + "\(Int($0 / ours))x" } ?? "not installed")
            )
        }
    }

    /// Microseconds a slot.
    private func measure(_ text: String, _ zone: Zone, _ count: Int) throws -> Double {
        let start = ContinuousClock.now
        let expression = try CronExpression(text)
        var instant = Instant(milliseconds: 1_767_225_600_000)
        for _ in 0..<count {
            guard let next = expression.nextSlot(after: instant, in: zone) else {
                throw ValidationError("\(text) has too few slots")
            }
            instant = next
        }
        let time = ContinuousClock.now - start
        return Double(time.components.attoseconds) / 1e12 / Double(count) + Double(time.components.seconds) * 1e6
            / Double(count)
    }

    private func format(_ microseconds: Double) -> String {
        "\(Int(microseconds)).\(Int(microseconds * 10) % 10) µs"
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text.padding(toLength: width, withPad: " ", startingAt: 0)
    }
}
