package import Scheduling

/// Values that may have arrived late: a hub's `updated_at` that moved when no rotation moved it.
extension Transition {
    /// The end of a hold: the hub was listed, as a value of an earlier rotation may have arrived late.
    ///
    /// Where only one rotation's value could arrive late, and it is the newest one, that value is in force all the same.
    ///
    /// - Parameter updatedAt: As listed; nil where the hub does not list the secret, or without it.
    /// - Returns: nil where no look is pending.
    package static func lookAfterHold(
        at secret: SecretName,
        updatedAt: Int64?,
        _ rows: some SecretRows,
        now: Instant
    ) throws -> Transition? {
        guard let pending = try rows.pendingLook() else { return nil }
        var transition = Transition()
        transition.look = .done
        guard let updatedAt, var schedule = try rows.schedule(),
            let last = schedule.seenUpdates.last, !schedule.seenUpdates.contains(updatedAt)
        else { return transition }
        var evidence = UpdateEvidence(seen: schedule.seenUpdates)
        evidence.note(updatedAt)
        schedule.seenUpdates = evidence.seen
        transition.schedule = schedule
        guard let newest = try rows.newestEnded(), newest.isConfirmed, pending != .ofOne(newest.id) else {
            return transition
        }
        transition.recordUnknownValue(of: secret, .init(.holdEnded, updatedAt: updatedAt, lastSeen: last), now: now)
        return transition
    }

    /// A look that could not be had: it is put off.
    package static func lookPutOff(until instant: Instant) -> Transition {
        var transition = Transition()
        transition.look = .putOff(until: instant)
        return transition
    }

    /// A rotation's preflight sees an `updated_at` that no rotation has seen.
    ///
    /// - Returns: nil where that does not make the value in force unknown: the last rotation was not confirmed, the value is its
    ///   own, a person has changed the secret since, or it is known already, as a preflight that is repeated sees the same.
    package static func unexpectedUpdate(
        before rotation: Rotation,
        updatedAt: Int64,
        _ rows: some SecretRows,
        now: Instant
    ) throws -> Transition? {
        let seen = rotation.state.evidence.seen
        guard let last = seen.last, !seen.contains(updatedAt), let newest = try rows.newestEnded(), newest.isConfirmed,
            try rows.pendingLook() != .ofOne(newest.id), try !rows.isValueUnknown(),
            try rows.changedByHandAt().map({ $0 < newest.endedAt }) ?? true
        else { return nil }
        var transition = Transition()
        let event = Audit.DriftFound(.preflight, updatedAt: updatedAt, lastSeen: last)
        transition.recordUnknownValue(of: rotation.secret, event, now: now)
        return transition
    }

    private mutating func recordUnknownValue(of secret: SecretName, _ event: Audit.DriftFound, now: Instant) {
        value = .unknown(since: now)
        entries = [
            AuditEntry(event, time: now.rfc3339, actor: .daemon, hub: secret.hub, alias: secret.alias.text)
        ]
    }
}

/// A look at a secret that is to be had once its hold has ended.
package enum PendingLook: Hashable, Sendable {
    /// Only this rotation's value may arrive late.
    case ofOne(RotationID)
    /// Values of several rotations, or of a change by hand, may arrive late.
    case ofSeveral
}

/// The newest rotation of a secret whose outcome is known.
package struct EndedRotation: Hashable, Sendable {
    package var id: RotationID
    /// Whether it succeeded and a list has confirmed that.
    package var isConfirmed: Bool
    package var endedAt: Instant

    package init(id: RotationID, isConfirmed: Bool, endedAt: Instant) {
        (self.id, self.isConfirmed, self.endedAt) = (id, isConfirmed, endedAt)
    }
}
