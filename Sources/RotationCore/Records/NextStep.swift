package import Scheduling

/// What a schedule does next by itself.
///
/// Requests for a rotation now are not part of it: they have rows of their own.
package enum NextStep: Hashable, Sendable {
    /// No next step: its source has not changed, or its cron expression names no further slot.
    case never
    /// A slot, due up to the jitter later, or later if it was deferred.
    case slot(Instant, due: Instant)
    /// The rotation that was requested when the schedule was added. It serves no slot, so it has no window and can't be
    /// missed.
    case requestedOnAdding(due: Instant)
    /// Another try after a rotation that has failed. It serves the same slot; nil where that was requested on adding.
    case retry(of: Instant?, due: Instant)
}

extension NextStep {
    /// When it is due; nil for never.
    package var due: Instant? {
        switch self {
        case .never: nil
        case .slot(_, let due), .requestedOnAdding(let due), .retry(_, let due): due
        }
    }

    /// The slot that it serves; nil for none.
    package var slot: Instant? {
        switch self {
        case .never, .requestedOnAdding: nil
        case .slot(let slot, _): slot
        case .retry(let slot, _): slot
        }
    }

    /// Whether it does what was requested when the schedule was added, at the first try or a later one.
    package var isForAdding: Bool {
        switch self {
        case .requestedOnAdding, .retry(nil, _): true
        case .never, .slot, .retry: false
        }
    }

    /// Whether it follows a rotation that has failed.
    package var isRetry: Bool {
        if case .retry = self { true } else { false }
    }

    /// The same step, due at another instant; never stays never.
    func moved(to due: Instant) -> NextStep {
        switch self {
        case .never: .never
        case .slot(let slot, _): .slot(slot, due: due)
        case .requestedOnAdding: .requestedOnAdding(due: due)
        case .retry(let slot, _): .retry(of: slot, due: due)
        }
    }
}
