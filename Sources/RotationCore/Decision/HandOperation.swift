package import Scheduling

/// What somebody does to a secret by hand, past the rotations.
package enum HandOperation: String, Sendable, Codable {
    case create
    case update
    case delete

    /// The event of an operation that has succeeded.
    fileprivate var doneEvent: AuditEvent {
        switch self {
        case .create: .secretCreated
        case .update: .secretUpdated
        case .delete: .secretDeleted
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
    ///   - detail: What is asked for; never a value.
    /// - Throws: ``Refusal`` where the hub is not to be asked, a rotation of the secret is open, somebody else is at it, or
    ///   a secret that has a schedule is to be deleted.
    package func beginning(
        until: Instant,
        despiteHold: String?,
        hasSchedule: Bool,
        detail: [String: JSONValue],
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
        var detail = detail
        detail["operation"] = .string(operation.rawValue)
        detail["despite_hold"] = despiteHold.map(JSONValue.string)
        transition.entries = [entry(.secretAttempted, detail: detail)]
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
            let detail: [String: JSONValue?] = [
                "status": .integer(Int64(receipt.status)), "request_id": receipt.requestID.map(JSONValue.string),
            ]
            transition.entries = [entry(operation.doneEvent, detail: detail.compactMapValues { $0 })]
        case .failure(let error):
            let mayBeDone = error.effect == .unknown
            if mayBeDone {
                transition.changedByHandAt = now
                transition.hold = .until(now.advanced(by: hold.settling))
            } else if isOurs {
                transition.hold = .released
            }
            let detail = error.auditDetail.merging([
                "operation": .string(operation.rawValue), "may_have_been_done": .bool(mayBeDone),
            ]) { $1 }
            transition.entries = [entry(.secretFailed, detail: detail)]
            let alias = secret.alias.text
            try transition.move(rows.hubStatus(), secret.hub, now: now) {
                $0.after(error, about: alias, now: $1, cap: cap)
            }
        }
        return transition
    }

    private func entry(_ event: AuditEvent, detail: [String: JSONValue]) -> AuditEntry {
        AuditEntry(
            event,
            time: now.rfc3339,
            actor: actor,
            hub: secret.hub,
            alias: secret.alias.text,
            detail: detail
        )
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
        case .available, .doubtful, .halfOpen, .paused: return
        }
    }
}

extension HubError {
    /// What an entry says of an error: class and numbers.
    package var auditDetail: [String: JSONValue] {
        let fields: [String: JSONValue?] = [
            "error": .string(kind.rawValue),
            "status": status.map { .integer(Int64($0)) },
            "request_id": requestID.map(JSONValue.string),
        ]
        return fields.compactMapValues { $0 }
    }
}
