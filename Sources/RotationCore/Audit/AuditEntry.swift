/// One line of the audit log, before it has its place in it.
///
/// Never holds a value, a token or a text of a remote system.
package struct AuditEntry: Hashable, Sendable {
    /// What happened.
    package var event: AuditEvent
    /// When: RFC 3339 in UTC with milliseconds.
    package var time: String
    /// Who made it happen.
    package var actor: Actor
    /// The hub's name, where the event has one.
    package var hub: String?
    /// The secret's alias, where the event has one.
    package var alias: String?
    /// The rotation's ID, where the event has one.
    package var rotation: String?
    /// Why the rotation was opened; each `rotation.*` event has it.
    package var trigger: Trigger?
    /// What else there is to say; empty for nothing.
    package var detail: [String: JSONValue]

    package init(
        _ event: AuditEvent,
        time: String,
        actor: Actor,
        hub: String? = nil,
        alias: String? = nil,
        rotation: String? = nil,
        trigger: Trigger? = nil,
        detail: [String: JSONValue?] = [:]
    ) {
        self.event = event
        self.time = time
        self.actor = actor
        self.hub = hub
        self.alias = alias
        self.rotation = rotation
        self.trigger = trigger
        self.detail = detail.compactMapValues { $0 }
    }

    /// The entry as the log has it, without a newline.
    ///
    /// - Parameters:
    ///   - seq: Its place in the log, counted from 1.
    ///   - origin: The machine and program that write it.
    package func line(seq: Int64, origin: AuditOrigin) -> String {
        JSONValue.fields([
            "actor": actor.json,
            "alias": alias.map(JSONValue.string),
            "boot": origin.boot.map(JSONValue.string),
            "detail": detail.isEmpty ? nil : .object(detail),
            "event": .string(event.rawValue),
            "host": .string(origin.host),
            "hub": hub.map(JSONValue.string),
            "rotation": rotation.map(JSONValue.string),
            "seq": .integer(seq),
            "time": .string(time),
            "trigger": trigger.map { .string($0.rawValue) },
            "version": .string(origin.version),
        ]).canonicalText
    }
}

/// What the log says of the process that wrote an entry.
package struct AuditOrigin: Hashable, Sendable {
    /// The host's name.
    package var host: String
    /// The kernel's boot ID, which tells one run of the machine from the next.
    package var boot: String?
    /// The program's version.
    package var version: String

    package init(host: String, boot: String?, version: String) {
        self.host = host
        self.boot = boot
        self.version = version
    }
}

/// What an entry tells of.
package enum AuditEvent: String, Hashable, Sendable, CaseIterable {
    case daemonStarted = "daemon.started"
    case daemonStopped = "daemon.stopped"
    case configurationLoaded = "configuration.loaded"
    case configurationRejected = "configuration.rejected"
    case clockSkewed = "clock.skewed"
    case scheduleAdded = "schedule.added"
    case scheduleChanged = "schedule.changed"
    case scheduleRemoved = "schedule.removed"
    case schedulePaused = "schedule.paused"
    case scheduleResumed = "schedule.resumed"
    case rotationRequested = "rotation.requested"
    case rotationOpened = "rotation.opened"
    case rotationStaged = "rotation.staged"
    case rotationAttempted = "rotation.attempted"
    case rotationDelivered = "rotation.delivered"
    case rotationSucceeded = "rotation.succeeded"
    case rotationFailed = "rotation.failed"
    case rotationDeferred = "rotation.deferred"
    case rotationParked = "rotation.parked"
    case rotationUnparked = "rotation.unparked"
    case rotationMissed = "rotation.missed"
    case requestDropped = "request.dropped"
    case rotationDecided = "rotation.decided"
    case rotationAbandoned = "rotation.abandoned"
    case fenceLost = "fence.lost"
    case candidateKept = "candidate.kept"
    case restoreHeld = "restore.held"
    case restoreAccepted = "restore.accepted"
    case generatorStep = "generator.step"
    case secretAttempted = "secret.attempted"
    case secretCreated = "secret.created"
    case secretUpdated = "secret.updated"
    case secretDeleted = "secret.deleted"
    case secretListed = "secret.listed"
    case secretFailed = "secret.failed"
    case hubSuspended = "hub.suspended"
    case hubResumed = "hub.resumed"
    case driftFound = "drift.found"
    case accessRefused = "access.refused"
    case auditExported = "audit.exported"
    case auditVerified = "audit.verified"
}

/// Who made something happen.
package enum Actor: Hashable, Sendable {
    /// The daemon by itself.
    case daemon
    /// A person or program that ran a command: the name of the user, where it is known, and the real user ID.
    case user(name: String?, uid: UInt32)
    /// Somebody who sent a signal, which does not tell its sender.
    case signal

    /// The actor as an entry has it.
    package var json: JSONValue {
        switch self {
        case .daemon: ["kind": "daemon"]
        case .signal: ["kind": "signal"]
        case .user(let name, let uid):
            .fields(["kind": "user", "name": name.map(JSONValue.string), "uid": .integer(Int64(uid))])
        }
    }
}

/// Why a rotation was opened.
package enum Trigger: String, Hashable, Sendable, CaseIterable {
    /// Its slot came.
    case schedule
    /// Its slot came while nobody was there to see it.
    case catchUp = "catch_up"
    /// Somebody asked for it.
    case rotateNow = "rotate_now"
    /// Somebody sent a signal.
    case signal
    /// It was open when the daemon started.
    case resume
}
