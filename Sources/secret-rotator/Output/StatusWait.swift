import RotationCore
import Scheduling

/// A waiting request, with its obstacles.
struct StatusWait {
    /// The largest number of waits in the output for people.
    static let shown = 10

    var secret: SecretName
    /// The secret's schedule; nil if it was removed.
    var schedule: Schedule?
    var since: Instant
    /// The obstacles; empty if the request only waits for its turn.
    var obstacles: [Obstacle]

    /// The wait for people: `production/db since 2026-11-23 11:26:12Z: a hold until 2026-11-23 11:31:12Z`.
    var text: String {
        let reasons = obstacles.isEmpty ? ["its turn"] : obstacles.map(\.text)
        return "\(secret) since \(since.short), for \(reasons.joined(separator: ", and "))"
    }

    var json: JSONValue {
        .fields([
            "secret": .string("\(secret)"),
            "since": .instant(since),
            "until": .instant(obstacles.compactMap(\.until).max()),
            "waits_for": .array(obstacles.map { .string($0.word) }),
        ])
    }
}

extension Obstacle {
    /// The obstacle for `--json`.
    var word: String {
        switch self {
        case .pause: "pause"
        case .minInterval: "min_interval"
        case .hold: "hold"
        case .group: "group"
        case .rotation: "rotation"
        case .hubPaused: "hub_paused"
        case .hubSuspended: "hub_suspended"
        case .hubHalfOpen: "hub_half_open"
        case .hubMissing: "hub_missing"
        }
    }

    /// The obstacle for people.
    var text: String {
        switch self {
        case .pause(let until): "its pause" + (until.map { " until \($0.short)" } ?? "")
        case .minInterval(let until): "its min_interval, until \(until.short)"
        case .hold(let until): "an earlier request that may still arrive, until \(until.short)"
        case .group(let name, let until):
            "its group \(name)" + (until.map { ", until \($0.short)" } ?? ", in which one rotates")
        case .rotation(let id): "the end of rotation \(id)"
        case .hubPaused(let until): "its hub, paused until \(until.short)"
        case .hubSuspended(let reason): "its hub, suspended: \(reason.rawValue)"
        case .hubHalfOpen: "its hub, which is half-open"
        case .hubMissing: "its hub, which is not configured"
        }
    }
}
