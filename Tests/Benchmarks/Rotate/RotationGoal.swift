import Foundation

/// A goal, and what was measured.
struct RotationGoal {
    let name: String
    let measured: Double
    /// The places that are worth showing.
    var places = 2
    let goal: ClosedRange<Double>

    /// The goals of each number of secrets, and those that compare the smallest with the largest one.
    static func all(_ results: [RotationResults]) -> [RotationGoal] {
        var goals = results.flatMap(goals(of:))
        if let small = results.min(by: { $0.count < $1.count }), let large = results.max(by: { $0.count < $1.count }),
            small.count < large.count
        {
            let pair = "N \(large.count) to \(small.count)"
            let memory = Double(large.daemon.peakKiB) / Double(small.daemon.peakKiB)
            goals.append(RotationGoal(name: "\(pair): peak memory", measured: memory, goal: 0...2))
            let rate = large.daemon.rate / small.daemon.rate
            goals.append(RotationGoal(name: "\(pair): rotations/s", measured: rate, goal: 0.85...1.15))
        }
        return goals
    }

    private static func goals(of results: RotationResults) -> [RotationGoal] {
        let (daemon, name) = (results.daemon, "N \(results.count): ")
        var goals: [RotationGoal] = []
        func add(_ text: String, _ measured: Double, places: Int = 2, _ goal: ClosedRange<Double>) {
            goals.append(RotationGoal(name: name + text, measured: measured, places: places, goal: goal))
        }
        if let scheduler = results.scheduler {
            let bound = scheduler.count == results.count ? "" : " (of \(scheduler.count))"
            add("rotations/s to the best of APScheduler\(bound)", daemon.rate / scheduler.rate, 10 ... .infinity)
        }
        let ceiling = results.ceiling.formatted(places: 0)
        add("rotations/s to F = \(ceiling)/s", daemon.rate / results.ceiling, 0.5 ... .infinity)
        add("ms of CPU a rotation", daemon.cpu * 1000, places: 3, 0...0.25)
        add("fsyncs a rotation", daemon.syncs ?? .infinity, places: 3, 0...0.2)
        if let waiting = results.waiting {
            add("rotations/s with --wait to without", waiting.rate / daemon.rate, 0.9 ... .infinity)
        }
        if let unconfirmed = results.unconfirmed, let confirmed = results.confirmed {
            add("rotations/s confirmed to unconfirmed", confirmed.rate / unconfirmed.rate, 1 / 3 ... .infinity)
        }
        return goals
    }

    /// The goal in words, with whether it is reached.
    var line: String {
        let bounds = [
            goal.lowerBound > 0 ? "at least \(goal.lowerBound.formatted(places: 2))" : nil,
            goal.upperBound < .infinity ? "at most \(goal.upperBound.formatted(places: 2))" : nil,
        ]
        let cells = [
            (name, 56), (measured.formatted(places: places), 10),
            (bounds.compactMap { $0 }.joined(separator: ", "), 34),
        ]
        let padded = cells.map { $0.padding(toLength: max($1, $0.count + 1), withPad: " ", startingAt: 0) }
        return padded.joined() + (goal.contains(measured) ? "reached" : "not reached")
    }
}
