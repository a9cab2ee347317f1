package import Scheduling

/// A change of a secret by a command, outside a rotation.
package enum HandOperation: String, Sendable, Codable, CaseIterable {
    case create
    case update
    case delete

    /// The event of an operation that has succeeded.
    fileprivate func doneEvent(_ receipt: Receipt) -> any AuditEvent {
        switch self {
        case .create: Audit.SecretCreated(status: receipt.status, requestID: receipt.requestID)
        case .update: Audit.SecretUpdated(status: receipt.status, requestID: receipt.requestID)
        case .delete: Audit.SecretDeleted(status: receipt.status, requestID: receipt.requestID)
        }
    }
}

/// How rotations of a secret are kept away from what is done to it by hand.
package struct HandHold: Hashable, Sendable {
    /// The end of the hold that the operation began with.
    package var until: Instant
    /// When a request whose effect is not known can't arrive any more, counted from its end.
    package var settling: Duration

    package init(until: Instant, settling: Duration) {
        self.until = until
        self.settling = settling
    }
}

/// An operation by hand: on what, by whom, and when.
package struct HandChange: Sendable {
    package var operation: HandOperation
    package var secret: SecretName
    package var actor: Actor
    package var now: Instant

    package init(_ operation: HandOperation, _ secret: SecretName, actor: Actor, now: Instant) {
        (self.operation, self.secret, self.actor, self.now) = (operation, secret, actor, now)
    }

    /// What the beginning makes durable: the secret is held, and the history says what is about to be asked.
    ///
    /// - Parameters:
    ///   - until: The end of the hold, if nobody lives to record the operation's end.
    ///   - despiteHold: Why it may go ahead though an earlier value may still arrive; nil where it may not.
    ///   - fields: The parts of the secret that it sets.
    /// - Throws: ``Refusal`` where the hub is not to be asked, a rotation of the secret is open, another change is under way, or
    ///   a secret that has a schedule is to be deleted.
    package func beginning(
        until: Instant,
        despiteHold: String?,
        hasSchedule: Bool,
        fields: [Audit.SecretAttempted.Field]?,
        _ rows: some SecretRows
    ) throws -> Transition {
        try rows.hubStatus().checkIsOpen(secret.hub, now: now)
        if let open = try rows.openRotation(withoutOutcome: false) { throw Refusal.rotationIsOpen(secret, open) }
        var transition = Transition()
        if let held = try rows.hold(), held > now {
            guard despiteHold != nil else {
                throw Refusal.held(secret, until: held, canBeOverridden: operation == .update)
            }
            // At the hold's end the hub may have either value.
            transition.look = .attributedToNone
        }
        if operation == .delete, hasSchedule { throw Refusal.hasSchedule(secret) }
        transition.hold = .until(until)
        let event = Audit.SecretAttempted(operation: operation, fields: fields, despiteHold: despiteHold)
        transition.entries = [entry(event)]
        return transition
    }

    /// What the end makes durable.
    ///
    /// - Parameters:
    ///   - hold: The hold that it began with.
    ///   - cap: The longest pause that the hub may ask for.
    package func end(
        _ result: Result<Receipt, HubError>,
        hold: HandHold,
        cap: Duration,
        _ rows: some SecretRows
    ) throws -> Transition {
        var transition = Transition()
        // Another operation, which went ahead despite this one's hold, has set its own.
        let isOurs = try rows.hold() == hold.until
        switch result {
        case .success(let receipt):
            if isOurs { transition.hold = .released }
            transition.changedByHandAt = now
            transition.entries = [entry(operation.doneEvent(receipt))]
        case .failure(let error):
            let mayBeDone = error.effect == .unknown
            if mayBeDone {
                transition.changedByHandAt = now
                transition.hold = .until(now.advanced(by: hold.settling))
            } else if isOurs {
                transition.hold = .released
            }
            transition.entries = [entry(Audit.SecretFailed(.init(operation), error, mayHaveBeenDone: mayBeDone))]
            let alias = secret.alias.text
            try transition.move(rows.hubStatus(), secret.hub, now: now) {
                $0.after(error, about: alias, now: $1, cap: cap)
            }
        }
        return transition
    }

    private func entry(_ event: some AuditEvent) -> AuditEntry {
        AuditEntry(event, time: now.rfc3339, actor: actor, hub: secret.hub, alias: secret.alias.text)
    }
}

extension Transition {
    /// Adds a change of a hub's status, with the entry about it.
    ///
    /// - Parameter change: Receives the present status and `now`; answers the new one, or nil to leave it.
    package mutating func move(
        _ before: HubStatus,
        _ hub: String,
        now: Instant,
        _ change: (HubStatus, Instant) -> HubStatus?
    ) {
        guard let after = change(before, now) else { return }
        self.hub = after
        if let entry = HubStatus.entry(from: before, to: after, hub: hub, now: now) { entries.append(entry) }
    }
}

extension HubStatus {
    /// Tests that a hub may be spoken to by hand: a suspended one receives nothing but its probe.
    ///
    /// - Throws: ``Refusal``.
    package func checkIsOpen(_ hub: String, now: Instant) throws(Refusal) {
        switch self {
        case .suspended(let suspension): throw .hubSuspended(hub, suspension.reason)
        // A person's request can stand for the list that ends a pause.
        case .paused(let pause) where pause.until > now: throw .hubPaused(hub, until: pause.until)
        case .available, .failing, .halfOpen, .paused: return
        }
    }
}
