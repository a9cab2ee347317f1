package import Scheduling

extension RotationState {
    /// What is to be done now.
    package func nextAction(plan: RotationPlan, now: Instant) -> RotationAction {
        if let wakeAt, now < wakeAt { return .wait(until: wakeAt) }
        if isRecheckDue { return .recheck }
        switch phase {
        case .claimed: return .generate
        case .generated: return .stage
        case .staged where evidence.source == nil: return .preflight
        case .staged:
            return plan.steps.contains(.install) ? .perform(.install) : attempt
        case .installed:
            return plan.steps.contains(.test) ? .perform(.test) : attempt
        case .tested: return attempt
        case .delivering(attempt: .underWay): return .reportLostAttempt
        case .delivering(attempt: .ended): return attempt
        case .delivered: return .confirm
        case .succeeded, .finishFailed:
            return plan.steps.contains(.finish) ? .perform(.finish) : .erase
        case .withdrawing: return .perform(.withdraw)
        case .abandoning(let decision, _): return .perform(decision.step)
        case .finished, .failed, .abandoned: return .erase
        case .parked, .finishHeld: return .park
        case .closed: return .done
        }
    }

    private var attempt: RotationAction {
        .attempt(number: tally.attempts + 1)
    }

    /// How the rotation ended; nil while it is under way.
    package var ending: Ending? {
        switch phase {
        case .succeeded(let confirmed), .finished(let confirmed), .finishFailed(let confirmed, _):
            .succeeded(confirmed: confirmed)
        case .finishHeld: .succeeded(confirmed: false)
        case .failed(let failure): .failed(failure)
        case .abandoned(let decision): .abandoned(decision)
        default: nil
        }
    }
}
