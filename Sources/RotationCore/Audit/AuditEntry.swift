/// One line of the audit log, before it has its place in it.
///
/// Never holds a value, a token or a text of a remote system.
package struct AuditEntry: Hashable, Sendable {
    /// What happened.
    package let event: AuditEventName
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
    /// The fields of the event; empty for none.
    package let detail: [String: JSONValue]

    package init<Event: AuditEvent>(
        _ event: Event,
        time: String,
        actor: Actor,
        hub: String? = nil,
        alias: String? = nil,
        rotation: String? = nil,
        trigger: Trigger? = nil
    ) {
        self.event = Event.name
        detail = JSONValueEncoder.fields(of: event)
        self.time = time
        self.actor = actor
        self.hub = hub
        self.alias = alias
        self.rotation = rotation
        self.trigger = trigger
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
