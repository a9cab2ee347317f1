package import RotationCore
package import Scheduling

/// When a hub was last held against the history, and when that is next due.
package struct DriftLook: Hashable, Sendable {
    /// nil for never.
    package var lookedAt: Instant?
    package var dueAt: Instant
    /// How far the hub's own audit log was read; nil for not at all.
    package var logReadUntil: Instant?

    package init(lookedAt: Instant? = nil, dueAt: Instant, logReadUntil: Instant? = nil) {
        (self.lookedAt, self.dueAt, self.logReadUntil) = (lookedAt, dueAt, logReadUntil)
    }
}

/// A finding of a look.
package struct DriftItem: Hashable, Sendable {
    package var stored: StoredFinding
    /// Whether it was not found before.
    package var isNew: Bool

    package init(stored: StoredFinding, isNew: Bool) { (self.stored, self.isNew) = (stored, isNew) }
}

/// What a hub has answered, to be held against the history.
package struct DriftView: Sendable {
    package var hub: String
    /// What the hub lists.
    package var listed: [SecretAlias: ListedSecret]
    /// The rows before the list was sent.
    package var before: [SecretAlias: DriftComparison.Row]
    /// The changes that the hub's own audit log has, oldest first.
    package var changes: [SecretAlias: [HubAuditEntry]]
    package var comparison: DriftComparison
    /// The time-out of one request of ours.
    package var timeout: Duration
    /// How long the value of an ambiguous attempt may still arrive.
    package var lateHold: Duration
    /// The actor of its entries.
    package var actor: Actor

    package init(
        hub: String,
        listed: [SecretAlias: ListedSecret],
        before: [SecretAlias: DriftComparison.Row],
        changes: [SecretAlias: [HubAuditEntry]] = [:],
        comparison: DriftComparison,
        timeout: Duration,
        lateHold: Duration,
        actor: Actor
    ) {
        (self.hub, self.listed, self.before, self.changes) = (hub, listed, before, changes)
        (self.comparison, self.timeout, self.lateHold, self.actor) = (comparison, timeout, lateHold, actor)
    }
}
