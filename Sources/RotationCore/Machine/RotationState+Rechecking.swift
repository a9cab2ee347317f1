import Scheduling

/// What an open rotation does whose history may be an older copy: a newer value may be in force, which no list of earlier
/// shows.
extension RotationState {
    /// Whether the hub must be listed before any other action.
    ///
    /// If no list has shown `updated_at`, there is nothing to compare with; preflight is such a list itself.
    var isRecheckDue: Bool {
        guard evidence.mustRecheck, evidence.source == .updatedAt else { return false }
        switch phase {
        case .staged, .installed, .tested, .delivering(attempt: .ended), .delivered, .withdrawing, .abandoning:
            return true
        case .claimed, .generated, .delivering(attempt: .underWay), .parked, .closed: return false
        case .succeeded, .finishHeld, .finishFailed, .finished, .failed, .abandoned: return false
        }
    }

    mutating func handleRecheck(_ event: RotationEvent, _ pace: Pace) {
        switch event {
        case .listed(let updatedAt?, _) where evidence.isMoved(updatedAt): parkAsUpdated(updatedAt)
        case .listFailed(let error) where !error.isRefusalToList: wait(after: error, pace)
        default: evidence.mustRecheck = false
        }
    }

    /// Parks the rotation: the value that the hub holds is not known.
    mutating func parkAsUpdated(_ updatedAt: Int64) {
        evidence.mustRecheck = false
        evidence.note(updatedAt)
        tally.isAmbiguous = true
        reach(.parked(.unknownUpdate))
    }
}
