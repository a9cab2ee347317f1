import RotationCore
import Scheduling

extension HubStatus {
    /// The status in a word, as `--json` has it.
    var word: String {
        switch self {
        case .available, .failing: "available"
        case .halfOpen: "half_open"
        case .paused: "paused"
        case .suspended: "suspended"
        }
    }

    /// The status as people read it.
    var text: String {
        switch self {
        case .available: word
        case .failing(let failures):
            "available, \(failures.reason.rawValue) met \(Wording.times(failures.count)) in a row"
        case .halfOpen: "half-open, it answers again and has taken no update yet"
        case .paused(let pause): "paused until \(pause.until.short), as it asked for"
        case .suspended(let suspension):
            "suspended since \(suspension.since.short) (\(suspension.reason.rawValue)), next probe \(suspension.probeAt.short)"
        }
    }

    /// Since when it is paused or suspended.
    var since: Instant? {
        switch self {
        case .available, .failing, .halfOpen: nil
        case .paused(let pause): pause.since
        case .suspended(let suspension): suspension.since
        }
    }

    /// Until when it is paused; a suspension has no end that is known.
    var until: Instant? {
        if case .paused(let pause) = self { pause.until } else { nil }
    }

    /// What it is paused or suspended for, or has met.
    var reason: HubError.Kind? {
        switch self {
        case .available, .halfOpen: nil
        case .failing(let failures): failures.reason
        case .paused: .throttled
        case .suspended(let suspension): suspension.reason
        }
    }
}
