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
