/// One entry of the audit log, before it gets its number.
///
/// It never contains a value, a token or a text from a remote system.
package struct AuditEntry: Hashable, Sendable {
    /// The event's name.
    package let event: AuditEventName
    /// The time of the event: RFC 3339 in UTC with milliseconds.
    package var time: String
    /// The actor that caused the event.
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

    /// The entry as a line of the log, without a newline.
    ///
    /// - Parameters:
    ///   - seq: Its number in the log, from 1.
    ///   - origin: The machine and program that write the entry.
    package func line(seq: Int64, origin: AuditOrigin) -> String {
        JSONValue.canonicalText(ofFieldsInOrder: [
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
        ])
    }
}

/// The machine and program that wrote an entry.
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

/// The actor of an event.
package enum Actor: Hashable, Sendable {
    /// The daemon itself.
    case daemon
    /// A person or program that ran a command: the name of the user, where it is known, and the real user ID.
    case user(name: String?, uid: UInt32)
    /// An unknown sender of a signal, because a signal does not name its sender.
    case signal

    /// The actor in the JSON of an entry.
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
    /// Its slot passed while the daemon was down.
    case catchUp = "catch_up"
    /// A user requested it.
    case rotateNow = "rotate_now"
    /// A signal requested it.
    case signal
    /// It was open when the daemon started.
    case resume
}
