package import Scheduling

/// A row of `rotation_history`, as a report needs it.
package struct RotationRow: Hashable, Sendable {
    package var hub: String
    package var alias: String
    /// Its ID.
    package var rotation: String
    package var trigger: String
    /// `succeeded`, `failed` or `abandoned`; nil while it is open.
    package var outcome: String?
    package var phase: String
    /// A person's decision about it.
    package var decision: String?
    /// Whether the hub's list has shown the update; nil before its end.
    package var isConfirmed: Bool?
    package var attempts: Int
    /// The class of its error.
    package var error: String?
    /// The generator's step that has failed.
    package var failedStep: String?
    package var openedAt: Instant
    package var endedAt: Instant?

    package init(
        hub: String,
        alias: String,
        rotation: String,
        trigger: String,
        outcome: String?,
        phase: String,
        decision: String? = nil,
        isConfirmed: Bool? = nil,
        attempts: Int = 1,
        error: String? = nil,
        failedStep: String? = nil,
        openedAt: Instant,
        endedAt: Instant?
    ) {
        (self.hub, self.alias, self.rotation, self.trigger) = (hub, alias, rotation, trigger)
        (self.outcome, self.phase, self.decision, self.isConfirmed) = (outcome, phase, decision, isConfirmed)
        (self.attempts, self.error, self.failedStep) = (attempts, error, failedStep)
        (self.openedAt, self.endedAt) = (openedAt, endedAt)
    }
}

/// A row of `audit_entries`, as a report needs it.
package struct EntryRow: Hashable, Sendable {
    package var seq: Int64
    package var time: Instant
    package var event: String
    package var hub: String?
    package var alias: String?
    package var rotation: String?
    package var trigger: String?
    /// `daemon`, `user` or `signal`.
    package var actorKind: String
    package var actorName: String?
    package var actorUID: Int64?
    /// The event's own fields, as JSON.
    package var detail: String?

    package init(
        seq: Int64,
        time: Instant,
        event: String,
        hub: String? = nil,
        alias: String? = nil,
        rotation: String? = nil,
        trigger: String? = nil,
        actorKind: String = "daemon",
        actorName: String? = nil,
        actorUID: Int64? = nil,
        detail: String? = nil
    ) {
        (self.seq, self.time, self.event, self.hub, self.alias) = (seq, time, event, hub, alias)
        (self.rotation, self.trigger, self.detail) = (rotation, trigger, detail)
        (self.actorKind, self.actorName, self.actorUID) = (actorKind, actorName, actorUID)
    }
}

/// The newest entry of the history, which says up to where a report is complete.
package struct HistoryHead: Hashable, Sendable {
    package var seq: Int64
    package var time: Instant
    /// The host that wrote it.
    package var host: String
    /// The program's version that wrote it.
    package var version: String

    package init(seq: Int64, time: Instant, host: String, version: String) {
        (self.seq, self.time, self.host, self.version) = (seq, time, host, version)
    }
}
