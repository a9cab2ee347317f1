import Scheduling

/// What follows a 2xx: the update is confirmed by a list, and the old credential retired by `finish`.
extension RotationState {
    // MARK: Confirming

    mutating func handleConfirmation(
        _ event: RotationEvent,
        _ confirmBy: Instant,
        _ pace: Pace
    ) throws(UnexpectedEvent) {
        switch event {
        case .listed(.some(let updatedAt), let isForeign):
            let isConfirmed = evidence.isMoved(updatedAt) && !isForeign
            evidence.note(updatedAt)
            if isConfirmed { return succeed(true, pace) }
        case .listed(nil, _), .notListed, .listFailed: break
        default: throw UnexpectedEvent(phase: phase, event: event)
        }
        tally.confirmations += 1
        // Also where it refuses lists now, or lists no `updated_at` any more: it did before, and could have shown the effect.
        guard pace.now < confirmBy else { return sendAgain(pace) }
        // An instant that is farther away was set by a clock that was ahead.
        let limit = min(confirmBy, pace.now.advanced(by: pace.plan.confirmTimeout))
        let delay = pace.plan.retry.delay(afterFailures: tally.confirmations, fraction: pace.fraction)
        phase = .delivered(confirmBy: limit)
        wakeAt = min(limit, pace.now.advanced(by: delay))
    }

    /// Has the same candidate sent again: the hub has answered 2xx, and no effect is confirmed.
    ///
    /// In cycles; after a full one at the cycle's pace, and a person may decide.
    mutating func sendAgain(_ pace: Pace) {
        tally.isAmbiguous = true
        tally.unconfirmed += 1
        phase = .delivering(attempt: .ended)
        let (retry, count) = (pace.plan.retry, tally.unconfirmed)
        let delay: Duration
        if count < retry.attempts {
            delay = retry.delay(afterFailures: count, fraction: pace.fraction)
        } else {
            tally.isStuck = true
            delay = retry.cycleDelay(afterCycles: count - retry.attempts + 1)
        }
        putOff(by: delay, pace)
    }

    mutating func succeed(_ confirmed: Bool, _ pace: Pace) {
        let plan = pace.plan
        tally.isStuck = false
        let hasFinish = plan.steps.contains(.finish)
        guard confirmed || !hasFinish || evidence.source != .noTimestamp else { return reach(.finishHeld) }
        reach(.succeeded(confirmed: confirmed))
        guard hasFinish, plan.finishAfter > .zero else { return }
        wakeAt = pace.now.advanced(by: plan.finishAfter)
    }

    // MARK: Finishing

    /// Takes what has become of `finish`.
    ///
    /// The hub has the new value: whatever could not be done can't undo the success, but the old credential may stay valid. So it is tried again until it is done, or a person ends it.
    mutating func handleFinish(_ event: RotationEvent, _ pace: Pace) throws(UnexpectedEvent) {
        let isConfirmed: Bool
        switch phase {
        case .succeeded(let confirmed), .finishFailed(let confirmed, _): isConfirmed = confirmed
        default: isConfirmed = false
        }
        switch event {
        case .stepStarted(.finish): break
        case .stepDone(.finish): reach(.finished(confirmed: isConfirmed))
        case .generatorFailed(let error) where error.isTransient: repeatStep(after: error, pace)
        case .generatorFailed(let error): finishFailed(isConfirmed, .generator.during(error.failure), pace)
        case .candidateLost: finishFailed(isConfirmed, .candidateLost, pace)
        case .abandoned(.keep):
            guard phase == .finishHeld else {
                wakeAt = pace.now
                return
            }
            reach(.succeeded(confirmed: false))
            wakeAt = pace.now.advanced(by: pace.plan.finishAfter)
        case .abandoned(nil): reach(.finished(confirmed: isConfirmed))
        default: throw UnexpectedEvent(phase: phase, event: event)
        }
    }

    private mutating func finishFailed(_ confirmed: Bool, _ failure: Failure, _ pace: Pace) {
        phase = .finishFailed(confirmed: confirmed, failure)
        backOffForACycle(pace, retryAfter: nil)
    }
}

extension RotationEvent {
    /// Whether it speaks of the step `finish`.
    var isOfFinish: Bool {
        switch self {
        case .stepStarted(.finish), .stepDone(.finish), .generatorFailed, .candidateLost: true
        default: false
        }
    }
}
