package import Scheduling

extension Rotation {
    /// An entry about this rotation by the daemon.
    package func entry(_ event: some AuditEvent, now: Instant, trigger: Trigger) -> AuditEntry {
        AuditEntry(
            event,
            time: now.rfc3339,
            actor: .daemon,
            hub: secret.hub,
            alias: secret.alias.text,
            rotation: id.rawValue,
            trigger: trigger
        )
    }

    /// The entry that records the rotation's opening.
    ///
    /// - Parameters:
    ///   - requests: The requests that it serves.
    ///   - window: Why it begins after its slot's window; nil if it does not.
    func openingEntry(
        now: Instant,
        requests: [RotationID],
        overriding window: Audit.RotationOpened.Override? = nil
    ) -> AuditEntry {
        let event = Audit.RotationOpened(
            generator: generator.type,
            policyHash: generator.policyHash,
            requests: requests.isEmpty ? nil : Array(requests.prefix(Audit.longestList)),
            requestsOmitted: requests.count > Audit.longestList ? requests.count - Audit.longestList : nil,
            scheduledFor: slot,
            windowOverridden: window
        )
        return entry(event, now: now, trigger: trigger)
    }

    /// The event of the rotation's end.
    ///
    /// - Parameters:
    ///   - decision: What a person has decided, where that ends it.
    ///   - nextDue: When its schedule is due next; nil for never, and where the schedule was removed meanwhile.
    func endingEvent(_ ending: Ending, _ decision: Audit.RotationDecided?, nextDue: Instant?) -> any AuditEvent {
        let attempts = state.tally.attempts
        return switch ending {
        case .succeeded(let confirmed):
            Audit.RotationSucceeded(
                attempts: attempts,
                confirmed: confirmed,
                finish: state.phase == .finishHeld ? .held : nil,
                scheduledFor: slot,
                nextDue: nextDue
            )
        case .failed(let failure):
            Audit.RotationFailed(
                attempts: attempts,
                error: .init(failure),
                status: failure.status,
                failedStep: failure.step.map { .init($0) },
                nextDue: nextDue
            )
        case .abandoned(let made):
            Audit.RotationAbandoned(
                attempts: attempts,
                decision: made,
                reason: decision?.reason,
                replaces: decision?.replaces,
                nextDue: nextDue
            )
        }
    }

    /// The entries that record how an event changed the rotation's state from `before`.
    func entries(for event: RotationEvent, before: RotationState, now: Instant, trigger: Trigger) -> [AuditEntry] {
        let setback = setback(for: event, before: before)
        let events = [auditEvent(of: event, before: before), setback.flatMap { auditEvent(of: $0, before: before) }]
        return events.compactMap { $0.map { entry($0, now: now, trigger: trigger) } }
    }

    private func auditEvent(of event: RotationEvent, before: RotationState) -> (any AuditEvent)? {
        switch event {
        case .staged: return Audit.RotationStaged()
        case .attemptStarted: return Audit.RotationAttempted(attempt: state.tally.attempts)
        case .attemptEnded(.delivered(let receipt)):
            return Audit.RotationDelivered(
                attempt: state.tally.attempts,
                status: receipt.status,
                requestID: receipt.requestID
            )
        case .stepStarted(let step): return Audit.GeneratorStepped(step: step, outcome: .begun)
        case .stepDone(let step): return Audit.GeneratorStepped(step: step, outcome: .done)
        case .generatorFailed(let error):
            // A step that is tried again has its entry in the deferral.
            guard let step = before.step, !error.isTransient else { return nil }
            return Audit.GeneratorStepped(step: step, outcome: .failed, failedStep: .init(error.failure))
        case .erased: return Audit.RotationClosed()
        default: return nil
        }
    }

    // MARK: Setbacks

    /// Why a rotation waits or is parked.
    private struct Setback {
        var error: Audit.FailureClass
        var status: Int?
        var requestID: String?
        var attempt: Int?
        var failedStep: Audit.FailedStep?

        init(_ error: Audit.FailureClass, attempt: Int? = nil) { (self.error, self.attempt) = (error, attempt) }

        init(_ error: HubError, attempt: Int? = nil) {
            (self.error, status, requestID) = (.init(error), error.status, error.requestID)
            self.attempt = attempt
        }

        init(_ failure: StepFailure) { (error, failedStep) = (.init(.generator), .init(failure)) }
    }

    /// Why the rotation waits or is parked after an event; nil if it does neither.
    private func setback(for event: RotationEvent, before: RotationState) -> Setback? {
        let attempts = state.tally.attempts
        switch event {
        case .attemptEnded(.failed(let error)): return Setback(error, attempt: attempts)
        case .attemptEnded(.unknown): return Setback(.unknown, attempt: attempts)
        case .listFailed(let error) where before.phase == .staged || before.isRecheckDue: return Setback(error)
        case .listed where state.phase == .parked(.unknownUpdate): return Setback(.init(.unknownUpdate))
        case .listed, .notListed, .listFailed:
            guard state.tally.unconfirmed > before.tally.unconfirmed else { return nil }
            return Setback(.init(.unconfirmed), attempt: attempts)
        case .generatorFailed(let error): return Setback(error.failure)
        case .candidateLost: return Setback(.init(.candidateLost))
        default: return nil
        }
    }

    /// The event of a setback; nil if it has ended the rotation.
    private func auditEvent(of setback: Setback, before: RotationState) -> (any AuditEvent)? {
        if case .parked = state.phase {
            return Audit.RotationParked(
                error: setback.error,
                status: setback.status,
                requestID: setback.requestID,
                attempt: setback.attempt,
                failedStep: setback.failedStep
            )
        }
        guard let wakeAt = state.wakeAt, state.ending == nil || before.ending != nil else { return nil }
        return Audit.RotationDeferred(
            error: setback.error,
            status: setback.status,
            requestID: setback.requestID,
            attempt: setback.attempt,
            failedStep: setback.failedStep,
            nextAttempt: wakeAt
        )
    }
}

extension RotationState {
    /// The generator's step in progress; nil for none.
    fileprivate var step: GeneratorStep? {
        switch phase {
        case .staged where evidence.source != nil: .install
        case .installed: .test
        case .succeeded, .finishFailed: .finish
        case .withdrawing: .withdraw
        case .abandoning(let decision, _): decision.step
        default: nil
        }
    }
}

extension StepFailure {
    /// The failure in the form of audit entries and `--json`.
    package var detail: [String: JSONValue?] { JSONValueEncoder.fields(of: Audit.FailedStep(self)) }
}
