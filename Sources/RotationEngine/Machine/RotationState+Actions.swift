package import Scheduling
import ValueGenerators

extension RotationState {
    /// What is to be done now.
    package func nextAction(plan: RotationPlan, now: Instant) -> RotationAction {
        if let wakeAt, now < wakeAt { return .wait(until: wakeAt) }
        switch phase {
        case .claimed: return .generate
        case .generated: return .stage
        case .staged(nil): return .preflight
        case .staged(.some):
            return plan.steps.contains(.install) ? .perform(.install) : attempt
        case .installed:
            return plan.steps.contains(.test) ? .perform(.test) : attempt
        case .tested: return attempt
        case .delivering(_, attempt: .underWay): return .reportLostAttempt
        case .delivering(_, attempt: .ended): return attempt
        case .delivered: return .confirm
        case .succeeded:
            return plan.steps.contains(.finish) ? .perform(.finish) : .erase
        case .withdrawing: return .perform(.withdraw)
        case .abandoning(let decision, _): return .perform(decision.step)
        case .finished, .failed, .abandoned: return .erase
        case .parked: return .park
        case .closed: return .done
        }
    }

    private var attempt: RotationAction {
        .attempt(number: tally.attempts + 1)
    }

    /// How the rotation ended; nil while it is under way.
    package var ending: Ending? {
        switch phase {
        case .succeeded(let confirmed), .finished(let confirmed): .succeeded(confirmed: confirmed)
        case .failed(let failure): .failed(failure)
        case .abandoned(let decision): .abandoned(decision)
        default: nil
        }
    }
}
