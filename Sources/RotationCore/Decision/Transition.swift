package import Scheduling

/// Everything that one event makes durable, in one transaction.
///
/// The pure functions beside this file decide it from what is stored; the writer reads and writes, and decides nothing. A part
/// that is nil stays as it is stored.
package struct Transition: Hashable, Sendable {
    /// A rotation that is opened or has moved on.
    package var rotation: RotationWrite?
    /// An attempt that has begun or ended.
    package var attempt: Attempt?
    /// Where the secret's schedule stands.
    package var schedule: Schedule?
    /// Whose turn it is in the secret's group.
    package var group: GroupWrite?
    /// Until when the secret must not be changed.
    package var hold: HoldWrite?
    /// A later look for a value that may arrive late.
    package var look: LookWrite?
    /// What becomes of requests for the secret.
    package var requests: RequestWrite?
    /// Whether it is known which value is in force.
    package var value: ValueWrite?
    /// When the secret was changed by hand.
    package var changedByHandAt: Instant?
    /// The findings about the secret that end.
    package var endedFindings: Set<DriftKind> = []
    /// The hub's status.
    package var hub: HubStatus?
    /// The entries of the audit log, in their order.
    package var entries: [AuditEntry] = []

    /// A transition that changes nothing.
    package init() {}

    /// What is written about a rotation.
    package enum RotationWrite: Hashable, Sendable {
        /// A new row.
        case opened(Rotation)
        /// Progress of a row that is there; `ending` where its outcome becomes known with it.
        case advanced(Rotation, at: Instant, ending: Ending? = nil)

        /// The rotation as it is to be stored.
        package var rotation: Rotation {
            switch self {
            case .opened(let rotation), .advanced(let rotation, _, _): rotation
            }
        }
    }

    /// What is written about a group's turn.
    package enum GroupWrite: Hashable, Sendable {
        /// A rotation has its turn.
        case taken(ScheduleDefinition.Group, RotationID)
        /// A rotation's turn is over; the next one waits for the spacing, unless the turn was not used.
        case released(RotationID, at: Instant, isUnused: Bool)
    }

    /// What is written about a hold.
    package enum HoldWrite: Hashable, Sendable {
        case until(Instant)
        case released
    }

    /// What is written about a look for a late value.
    package enum LookWrite: Hashable, Sendable {
        /// The hub is listed at the instant, as the rotation's value may arrive until then.
        case at(Instant, after: RotationID)
        /// A value of something other than a rotation may arrive, too.
        case attributedToNone
        /// The hub could not be listed: it is tried again later.
        case putOff(until: Instant)
        /// The hub was listed.
        case done
    }

    /// What is written about requests.
    package enum RequestWrite: Hashable, Sendable {
        /// A new one; it joins a rotation that is open, or waits.
        case added(RotationRequest, Actor, joining: RotationID?)
        /// All that wait for the secret are served by the rotation.
        case joined(RotationID)
        /// Those of a rotation wait for the next one.
        case released(RotationID)
        /// All that wait for the secret are removed.
        case dropped
    }

    /// What is written about the value in force.
    package enum ValueWrite: Hashable, Sendable {
        case known
        case unknown(since: Instant)
    }
}

/// What is stored about one secret, read within the writer's transaction: each read sees what was written before it in the same
/// batch.
package protocol SecretRows {
    /// The secret's schedule; nil where it has none.
    func schedule() throws -> Schedule?
    /// The secret's open rotation.
    ///
    /// - Parameter withoutOutcome: Whether one that has ended, and is only not closed yet, does not count.
    func openRotation(withoutOutcome: Bool) throws -> RotationID?
    /// Until when the secret is held, in the past or the future; nil where it is not.
    func hold() throws -> Instant?
    /// Whether a group lets one of its secrets begin.
    func isFree(_ group: ScheduleDefinition.Group, at now: Instant) throws -> Bool
    /// The status of the secret's hub.
    func hubStatus() throws -> HubStatus
    /// Whether the last rotation ended, other than by success, after an attempt of unknown effect.
    func endedAmbiguously() throws -> Bool
    /// The requests that wait for a rotation, the oldest first.
    func waitingRequests() throws -> [RotationID]
    /// When the last attempt of unknown effect of a rotation ended, or must have where its end was not seen; nil for none.
    ///
    /// - Parameters:
    ///   - isOpen: Whether the rotation has no outcome: a 2xx without a confirmed effect is ambiguous then, too.
    ///   - timeout: After which an attempt without an end must have ended.
    func lastAmbiguousAttempt(of rotation: RotationID, isOpen: Bool, timeout: Duration) throws -> Instant?
    /// The look that is to be had once the secret's hold has ended; nil for none.
    func pendingLook() throws -> PendingLook?
    /// The newest rotation that has an outcome.
    func newestEnded() throws -> EndedRotation?
    /// Whether it is unknown which value is in force.
    func isValueUnknown() throws -> Bool
    /// When the secret was last changed by hand; nil for never.
    func changedByHandAt() throws -> Instant?
}
