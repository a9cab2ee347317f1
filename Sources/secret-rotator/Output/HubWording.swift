import RotationCore
import Scheduling

extension HubStatus {
    /// The status as one word, for `--json`.
    var word: String {
        switch self {
        case .available, .failing: "available"
        case .halfOpen: "half_open"
        case .paused: "paused"
        case .suspended: "suspended"
        }
    }

    /// The status as a text, for people.
    var text: String {
        switch self {
        case .available: word
        case .failing(let failures):
            "available, \(failures.reason.rawValue) met \(Wording.times(failures.count)) in a row"
        case .halfOpen: "half-open, it answers again but has accepted no update yet"
        case .paused(let pause): "paused until \(pause.until.short) after HTTP 429"
        case .suspended(let suspension):
            "suspended since \(suspension.since.short) (\(suspension.reason.rawValue)), next probe \(suspension.probeAt.short)"
        }
    }

    /// The start of the pause or suspension.
    var since: Instant? {
        switch self {
        case .available, .failing, .halfOpen: nil
        case .paused(let pause): pause.since
        case .suspended(let suspension): suspension.since
        }
    }

    /// The end of the pause; nil for a suspension, whose end is not known.
    var until: Instant? {
        if case .paused(let pause) = self { pause.until } else { nil }
    }

    /// The kind of error that caused the pause, suspension or failures.
    var reason: HubError.Kind? {
        switch self {
        case .available, .halfOpen: nil
        case .failing(let failures): failures.reason
        case .paused: .throttled
        case .suspended(let suspension): suspension.reason
        }
    }
}
