package import Scheduling

extension Rotation {
    /// An entry about this rotation by the daemon.
    package func entry(
        _ event: AuditEvent,
        now: Instant,
        trigger: Trigger,
        detail: [String: JSONValue?] = [:]
    ) -> AuditEntry {
        AuditEntry(
            event,
            time: now.rfc3339,
            actor: .daemon,
            hub: secret.hub,
            alias: secret.alias.text,
            rotation: id.rawValue,
            trigger: trigger,
            detail: detail
        )
    }

    /// The entry that tells of the rotation's opening.
    ///
    /// - Parameters:
    ///   - requests: The requests that it serves.
    ///   - more: What else there is to tell.
    package func openingEntry(
        now: Instant,
        requests: [RotationID],
        detail more: [String: JSONValue] = [:]
    ) -> AuditEntry {
        var entry = entry(
            .rotationOpened,
            now: now,
            trigger: trigger,
            detail: [
                "generator": .string(generator.type),
                "policy_hash": .string(generator.policyHash),
                "requests": requests.isEmpty ? nil : .array(requests.map { .string($0.rawValue) }),
                "scheduled_for": slot.map { .string($0.rfc3339) },
            ]
        )
        entry.detail.merge(more) { $1 }
        return entry
    }

    /// The entry that tells of the rotation's end.
    ///
    /// - Parameters:
    ///   - trigger: The trigger that the entry names.
    ///   - nextDue: When its schedule is due next; nil for never, and where the schedule was removed meanwhile.
    package func endingEntry(_ ending: Ending, now: Instant, trigger: Trigger, nextDue: Instant?) -> AuditEntry {
        var detail: [String: JSONValue?] = [
            "attempts": .integer(Int64(state.tally.attempts)),
            "next_due": nextDue.map { .string($0.rfc3339) },
        ]
        let event: AuditEvent
        switch ending {
        case .succeeded(let confirmed):
            event = .rotationSucceeded
            detail["confirmed"] = .bool(confirmed)
            detail["scheduled_for"] = slot.map { .string($0.rfc3339) }
            if state.phase == .finishHeld { detail["finish"] = "held" }
        case .failed(let failure):
            event = .rotationFailed
            detail["error"] = .string(failure.kind)
            detail["status"] = failure.status.map { .integer(Int64($0)) }
            if let step = failure.step { detail.merge(step.detail) { $1 } }
        case .abandoned(let decision):
            event = .rotationAbandoned
            detail["decision"] = decision.map { .string($0.rawValue) }
        }
        return entry(event, now: now, trigger: trigger, detail: detail)
    }

    /// The entries that tell how an event brought the rotation from `before` to where it is now.
    package func entries(for event: RotationEvent, before: RotationState, now: Instant, trigger: Trigger)
        -> [AuditEntry]
    {
        var entries: [AuditEntry] = []
        let number = JSONValue.integer(Int64(state.tally.attempts))
        switch event {
        case .staged:
            entries.append(entry(.rotationStaged, now: now, trigger: trigger))
        case .attemptStarted:
            entries.append(entry(.rotationAttempted, now: now, trigger: trigger, detail: ["attempt": number]))
        case .attemptEnded(.delivered(let receipt)):
            let detail: [String: JSONValue?] = [
                "attempt": number, "status": .integer(Int64(receipt.status)),
                "request_id": receipt.requestID.map(JSONValue.string),
            ]
            entries.append(entry(.rotationDelivered, now: now, trigger: trigger, detail: detail))
        case .stepStarted(let step):
            entries.append(stepEntry(step.rawValue, "begun", now, trigger))
        case .stepDone(let step):
            entries.append(stepEntry(step.rawValue, "done", now, trigger))
        case .generatorFailed(let error):
            // Of a step that is tried again the deferral tells.
            if let step = before.step, !error.isTransient {
                let detail = error.failure.detail
                entries.append(stepEntry(step.rawValue, "failed", now, trigger, detail: detail))
            }
        default:
            break
        }
        if let deferral = deferral(for: event, before: before) {
            let isParked = if case .parked = state.phase { true } else { false }
            entries.append(
                entry(isParked ? .rotationParked : .rotationDeferred, now: now, trigger: trigger, detail: deferral)
            )
        }
        return entries
    }

    private func stepEntry(
        _ step: String,
        _ outcome: String,
        _ now: Instant,
        _ trigger: Trigger,
        detail: [String: JSONValue?] = [:]
    ) -> AuditEntry {
        let all = detail.merging(["step": .string(step), "outcome": .string(outcome)]) { $1 }
        return entry(.generatorStep, now: now, trigger: trigger, detail: all)
    }

    /// The detail of the entry that says why the rotation waits or is parked; nil where it does neither.
    private func deferral(for event: RotationEvent, before: RotationState) -> [String: JSONValue?]? {
        var detail: [String: JSONValue?]
        switch event {
        case .attemptEnded(.failed(let error)):
            detail = Self.detail(of: error)
            detail["attempt"] = .integer(Int64(state.tally.attempts))
        case .attemptEnded(.unknown):
            detail = ["error": "unknown", "attempt": .integer(Int64(state.tally.attempts))]
        case .listFailed(let error) where before.phase == .staged || before.isRecheckDue:
            detail = Self.detail(of: error)
        case .listed where state.phase == .parked(.unknownUpdate):
            detail = ["error": .string(Failure.unknownUpdate.kind)]
        case .listed, .notListed, .listFailed:
            guard state.tally.unconfirmed > before.tally.unconfirmed else { return nil }
            detail = ["error": .string(Failure.unconfirmed.kind), "attempt": .integer(Int64(state.tally.attempts))]
        case .generatorFailed(let error):
            detail = error.failure.detail.merging(["error": .string(Failure.generator.kind)]) { $1 }
        case .candidateLost:
            detail = ["error": .string(Failure.candidateLost.kind)]
        default:
            return nil
        }
        if case .parked = state.phase {
            // It waits for a person, until no instant.
        } else if state.ending != nil && before.ending == nil || state.wakeAt == nil {
            return nil
        }
        detail["next_attempt"] = state.wakeAt.map { .string($0.rfc3339) }
        return detail
    }

    private static func detail(of error: HubError) -> [String: JSONValue?] {
        [
            "error": .string(error.kind.rawValue),
            "status": error.status.map { .integer(Int64($0)) },
            "request_id": error.requestID.map(JSONValue.string),
        ]
    }
}

extension RotationState {
    /// The generator's step that is under way; nil for none.
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
    /// The failure as audit entries and `--json` have it.
    package var detail: [String: JSONValue?] {
        var detail: [String: JSONValue?] = [
            "step": .string(step.rawValue), "cause": .string(cause.name), "reason": reason.map(JSONValue.string),
        ]
        switch cause {
        case .exited(let status): detail["exit_status"] = .integer(Int64(status))
        case .timedOut: detail["timed_out"] = true
        case .signaled(let signal): detail["signal"] = .integer(Int64(signal))
        case .notStarted, .tooMuchOutput, .invalidAnswer, .unable: break
        }
        return detail
    }
}
