extension RotationState {
    /// The phase's name, as the database, the history and logs have it.
    package var phaseName: String {
        switch phase {
        case .claimed: "claimed"
        case .generated: "generated"
        case .staged: "staged"
        case .installed: "installed"
        case .tested: "tested"
        case .delivering: "delivering"
        case .delivered: "delivered"
        case .succeeded: "succeeded"
        case .finishHeld: "finish_held"
        case .finishFailed: "finish_failed"
        case .finished: "finished"
        case .withdrawing: "withdrawing"
        case .failed: "failed"
        case .abandoning: "abandoning"
        case .abandoned: "abandoned"
        case .parked: "parked"
        case .closed: "closed"
        }
    }
}

extension RotationState {
    /// Whether nothing that is left to do needs the hub: only steps of the generator and the erasure are left.
    ///
    /// Such a rotation goes on while its hub is paused or suspended.
    package var isHubDone: Bool {
        switch phase {
        case .succeeded, .finishFailed, .finished, .withdrawing, .failed, .abandoning, .abandoned: true
        case .claimed, .generated, .staged, .installed, .tested, .delivering, .delivered: false
        case .parked, .finishHeld, .closed: false
        }
    }

    /// The names of the phases in which ``isHubDone`` holds.
    package static let hubDonePhases = [
        "succeeded", "finish_failed", "finished", "withdrawing", "failed", "abandoning", "abandoned",
    ]
}
