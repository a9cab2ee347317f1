package import Scheduling

extension RotationState {
    /// Takes in what has happened.
    ///
    /// - Parameters:
    ///   - event: What has happened.
    ///   - plan: The rotation's policy.
    ///   - now: When.
    ///   - fraction: A random number of 0..<1, which spreads a back-off.
    /// - Throws: ``UnexpectedEvent``, and stays as it is, where the phase has no place for the event.
    package mutating func handle(
        _ event: RotationEvent,
        plan: RotationPlan,
        now: Instant,
        fraction: Double
    ) throws(UnexpectedEvent) {
        let pace = Pace(plan: plan, now: now, fraction: fraction)
        switch (phase, event) {
        case (_, .listed) where isRecheckDue, (_, .notListed) where isRecheckDue, (_, .listFailed) where isRecheckDue:
            handleRecheck(event, pace)
        case (_, .requested): bringForward(now)
        case (_, .hubResumed): liftFloor(now)
        case (.claimed, .policyChanged), (.staged, .policyChanged):
            // Whatever was sent or installed must be finished with the candidate that was used.
            if tally.attempts == 0 && !tally.isInstallBegun { reach(.failed(.policyChanged)) }
        case (.claimed, .generated): reach(.generated)
        case (.claimed, .generatorFailed(let error)): generatorFailed(error, pace)
        case (.generated, .staged):
            if !plan.confirm { evidence.source = .unlisted }
            reach(.staged)
        case (.generated, .repeatedValue): repeated()
        case (.staged, _) where evidence.source == nil: try handlePreflight(event, pace)
        // From here on an effect is possible, even of an `install` that fails or never answers.
        case (.staged, .stepStarted(.install)): tally.isInstallBegun = true
        case (.installed, .stepStarted(.test)), (.withdrawing, .stepStarted(.withdraw)): break
        case (.staged, .stepDone(.install)): reach(.installed)
        case (.installed, .stepDone(.test)): reach(.tested)
        case (.staged, .generatorFailed(let error)), (.installed, .generatorFailed(let error)):
            generatorFailed(error, pace)
        case (.staged, .attemptStarted), (.installed, .attemptStarted), (.tested, .attemptStarted),
            (.delivering(attempt: .ended), .attemptStarted):
            tally.attempts += 1
            wakeAt = nil
            phase = .delivering(attempt: .underWay)
        case (.delivering(attempt: .underWay), .attemptEnded(let outcome)): attemptEnded(outcome, pace)
        case (.delivering(attempt: .ended), .abandoned(let decision)) where tally.isStuck,
            (.delivered, .abandoned(let decision)) where tally.isStuck:
            abandon(decision, .unconfirmed, plan)
        case (.delivering(attempt: .ended), .stopped) where tally.isStuck, (.delivered, .stopped) where tally.isStuck:
            reach(.parked(.unconfirmed))
        case (.delivered(let confirmBy), _): try handleConfirmation(event, confirmBy, pace)
        case (.succeeded, _) where event.isOfFinish, (.finishFailed, _), (.finishHeld, .abandoned):
            try handleFinish(event, pace)
        case (.withdrawing(let failure), .stepDone(.withdraw)): reach(.failed(failure))
        case (.withdrawing, .generatorFailed(let error)):
            if error.isTransient {
                repeatStep(after: error, pace)
            } else {
                reach(.parked(.withdrawal.during(error.failure)))
            }
        case (.claimed, .candidateLost), (.staged, .candidateLost), (.installed, .candidateLost),
            (.tested, .candidateLost),
            (.delivering, .candidateLost), (.withdrawing, .candidateLost):
            candidateLost()
        case (.parked(let failure), .abandoned(let decision)), (.abandoning(_, let failure), .abandoned(let decision)):
            abandon(decision, failure, plan)
        case (.abandoning, _): try handleAbandoning(event, pace)
        case (.parked(.candidateLost), .candidateFound):
            // What was sent or installed with it is done again with it.
            reach(tally.attempts > 0 ? .delivering(attempt: .ended) : .staged)
        case (.succeeded, .erased), (.finished, .erased), (.failed, .erased), (.abandoned, .erased): reach(.closed)
        case (.succeeded, .eraseBlocked), (.finished, .eraseBlocked), (.failed, .eraseBlocked),
            (.abandoned, .eraseBlocked):
            wakeAt = now.advanced(by: RotationPlan.erasePause)
        default: throw UnexpectedEvent(phase: phase, event: event)
        }
    }

    /// What a wait's length depends on.
    struct Pace {
        let plan: RotationPlan
        let now: Instant
        let fraction: Double
    }

    /// Goes on to a phase, in which failures are counted from zero again.
    mutating func reach(_ phase: Phase) {
        self.phase = phase
        tally.failures = 0
        tally.cycles = 0
        tally.deferred = nil
        wakeAt = nil
    }

    // MARK: Waiting

    /// Puts the next try off; after a cycle's worth of failures by the cycle's delay.
    mutating func backOff(_ pace: Pace, retryAfter asked: Duration? = nil) {
        let retry = pace.plan.retry
        let retryAfter = asked.map { min($0, retry.retryAfterCap) }
        tally.failures += 1
        var delay = retry.delay(afterFailures: tally.failures, fraction: pace.fraction, floor: retryAfter)
        if tally.failures >= retry.attempts {
            tally.failures = 0
            tally.cycles += 1
            delay = max(delay, retry.cycleDelay(afterCycles: tally.cycles))
        }
        tally.floor = retryAfter.map { pace.now.advanced(by: $0) }
        putOff(by: delay, pace)
    }

    /// Puts the next try off by a whole cycle's delay.
    mutating func backOffForACycle(_ pace: Pace, retryAfter: Duration?) {
        tally.failures = pace.plan.retry.attempts - 1
        backOff(pace, retryAfter: retryAfter)
    }

    mutating func wait(after error: HubError, _ pace: Pace) {
        switch error.kind {
        // These speak about the hub, which is suspended and probed as a whole: the secret goes on as soon as it is back.
        case .unauthorized, .noToken, .cancelled: wakeAt = pace.now
        case .forbidden: backOffForACycle(pace, retryAfter: error.retryAfter)
        default: backOff(pace, retryAfter: error.retryAfter)
        }
    }

    // MARK: Generating

    private mutating func generatorFailed(_ error: GeneratorError, _ pace: Pace) {
        switch error {
        case .tryAgain: repeatStep(after: error, pace)
        case .unusableValue(let step): fail(.unusableValue.during(step))
        case .permanent(let step, _): fail(.generator.during(step))
        }
    }

    mutating func repeatStep(after error: GeneratorError, _ pace: Pace) {
        tally.deferred = error.failure
        backOff(pace)
    }

    private mutating func repeated() {
        tally.repetitions += 1
        if tally.repetitions < RotationPlan.repetitionLimit { phase = .claimed } else { fail(.repeatedValue) }
    }

    // MARK: Preflight

    private mutating func handlePreflight(_ event: RotationEvent, _ pace: Pace) throws(UnexpectedEvent) {
        switch event {
        case .listed(let updatedAt?, _)
        where evidence.mustRecheck && !evidence.seen.isEmpty && evidence.isMoved(updatedAt):
            parkAsUpdated(updatedAt)
        case .listed(let updatedAt, _):
            evidence.mustRecheck = false
            evidence.source = updatedAt == nil ? .noTimestamp : .updatedAt
            if let updatedAt { evidence.note(updatedAt) }
            reach(.staged)
        case .notListed: fail(Failure(kind: HubError.Kind.notFound.rawValue))
        case .listFailed(let error):
            switch error.kind {
            // Listing needs a right that updating does not: a hub that refuses lists can still accept updates.
            case _ where error.isRefusalToList:
                evidence.source = .unlisted
                reach(.staged)
            case .redirected: fail(Failure(kind: error.kind.rawValue, status: error.status))
            default: wait(after: error, pace)
            }
        case .candidateLost: candidateLost()
        default: throw UnexpectedEvent(phase: phase, event: event)
        }
    }

    // MARK: Delivering

    private mutating func attemptEnded(_ outcome: Attempt.Outcome, _ pace: Pace) {
        phase = .delivering(attempt: .ended)
        switch outcome {
        case .delivered:
            guard evidence.source == .updatedAt else { return succeed(false, pace) }
            tally.confirmations = 0
            reach(.delivered(confirmBy: pace.now.advanced(by: pace.plan.confirmTimeout)))
        case .unknown, .unconfirmed:
            tally.isAmbiguous = true
            wakeAt = pace.now
        case .failed(let error):
            if error.effect == .unknown { tally.isAmbiguous = true }
            if error.isDefinite {
                fail(Failure(kind: error.kind.rawValue, status: error.status))
            } else if error.kind == .malformed || error.kind == .legacyError {
                // 2xx, but not by AI Hub, or with an error.
                sendAgain(pace)
            } else {
                wait(after: error, pace)
                if tally.isAmbiguous && tally.cycles > 0 { tally.isStuck = true }
            }
        }
    }

    // MARK: Ending by a person's decision

    /// Ends the rotation once the generator has carried out the decision.
    ///
    /// If `install` was never begun, nothing was installed, and there is nothing to put back or to retire.
    private mutating func abandon(_ decision: Decision?, _ failure: Failure, _ plan: RotationPlan) {
        if let decision, tally.isInstallBegun, plan.steps.contains(decision.step) {
            reach(.abandoning(decision, failure))
        } else {
            reach(.abandoned(decision))
        }
    }

    private mutating func handleAbandoning(_ event: RotationEvent, _ pace: Pace) throws(UnexpectedEvent) {
        guard case .abandoning(let decision, _) = phase else { throw UnexpectedEvent(phase: phase, event: event) }
        switch event {
        case .stepStarted(decision.step): break
        case .stepDone(decision.step): reach(.abandoned(decision))
        case .generatorFailed(let error) where error.isTransient: repeatStep(after: error, pace)
        // What could not be put back is a person's again; what could not be retired is tried again, as the old
        // credential may still be valid.
        case .generatorFailed(let error) where decision == .keep:
            tally.deferred = error.failure
            backOffForACycle(pace, retryAfter: nil)
        case .generatorFailed(let error): reach(.parked(.withdrawal.during(error.failure)))
        // The staging key is another one: the decision waits for the right key, or for another decision.
        case .candidateLost: backOff(pace)
        default: throw UnexpectedEvent(phase: phase, event: event)
        }
    }

    // MARK: Ending badly

    /// Ends the rotation, with a withdrawal if something was installed.
    ///
    /// Only when the hub definitely has the old value: after an ambiguous attempt it may have the candidate, and either
    /// way could be wrong.
    private mutating func fail(_ failure: Failure) {
        if tally.isAmbiguous {
            reach(.parked(failure))
        } else if tally.isInstallBegun {
            reach(.withdrawing(failure))
        } else {
            reach(.failed(failure))
        }
    }

    private mutating func candidateLost() {
        let isUntouched = !tally.isAmbiguous && !tally.isInstallBegun
        reach(isUntouched ? .failed(.candidateLost) : .parked(.candidateLost))
    }
}
