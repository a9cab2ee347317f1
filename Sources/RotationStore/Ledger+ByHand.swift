package import RotationCore
import SQLite
package import Scheduling

/// What somebody does to a secret by hand, past the rotations.
package enum HandOperation: String, Sendable, Codable {
    case create
    case update
    case delete

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

extension Ledger {
    /// Records that a hub is about to be asked by hand, and keeps rotations of the secret away meanwhile.
    ///
    /// - Parameters:
    ///   - despiteHold: Why it may go ahead though an earlier value may still arrive; nil where it may not.
    ///   - holdFor: How long the secret is held if nobody lives to record the end.
    ///   - detail: What is asked for; never a value.
    /// - Returns: The end of the hold.
    /// - Throws: ``Refusal`` where the hub rests, a rotation of the secret is open, somebody else is at it, or a secret
    ///   that has a schedule is to be deleted.
    package func beginByHand(
        _ operation: HandOperation,
        _ secret: SecretName,
        actor: Actor,
        now: Instant,
        holdFor: Duration,
        despiteHold: String? = nil,
        detail: [String: JSONValue]
    ) throws -> Instant {
        let until = now.advanced(by: holdFor)
        return try transaction {
            try checkHubIsOpen(secret.hub, now: now)
            if let open = try RotationTable.openRotation(of: secret, in: connection) {
                throw Refusal.rotationIsOpen(secret, open)
            }
            if let held = try HoldTable.until(secret, in: connection), held > now {
                guard despiteHold != nil else {
                    throw Refusal.held(secret, until: held, canBeOverridden: operation == .update)
                }
                // At the hold's end the hub may have either value.
                try LookTable.doubtRotation(of: secret, in: connection)
            }
            if operation == .delete, try ScheduleTable.exists(secret, in: connection) {
                throw Refusal.hasSchedule(secret)
            }
            try HoldTable.set(secret, until: until, in: connection)
            var detail = detail
            detail["operation"] = .string(operation.rawValue)
            detail["despite_hold"] = despiteHold.map(JSONValue.string)
            try note(.secretAttempted, secret, actor: actor, now: now, detail: detail)
            return until
        }
    }

    /// Records how it went.
    ///
    /// - Parameters:
    ///   - hold: The hold that it began with.
    ///   - cap: The longest pause that the hub may ask for.
    package func endByHand(
        _ operation: HandOperation,
        _ secret: SecretName,
        _ result: Result<Receipt, HubError>,
        actor: Actor,
        now: Instant,
        hold: HandHold,
        cap: Duration
    ) throws {
        try transaction {
            let isOurs = try HoldTable.until(secret, in: connection) == hold.until
            switch result {
            case .success(let receipt):
                if isOurs { try HoldTable.release(secret, in: connection) }
                try ScheduleTable.setChangedByHand(secret, at: now, in: connection)
                let detail: [String: JSONValue?] = [
                    "status": .integer(Int64(receipt.status)), "request_id": receipt.requestID.map(JSONValue.string),
                ]
                try note(operation.doneEvent, secret, actor: actor, now: now, detail: detail)
            case .failure(let error):
                if error.effect == .unknown {
                    try ScheduleTable.setChangedByHand(secret, at: now, in: connection)
                    try HoldTable.set(secret, until: now.advanced(by: hold.settling), in: connection)
                } else if isOurs {
                    try HoldTable.release(secret, in: connection)
                }
                let detail = error.auditDetail.merging([
                    "operation": .string(operation.rawValue), "may_have_been_done": .bool(error.effect == .unknown),
                ]) { $1 }
                try note(.secretFailed, secret, actor: actor, now: now, detail: detail)
            }
        }
        if case .failure(let error) = result {
            _ = try updateHub(secret.hub, now: now) { $0.after(error, about: secret.alias.text, now: $1, cap: cap) }
        }
    }

    /// Tests that a hub may be spoken to: a suspended one receives nothing but its probe.
    package func checkHubIsOpen(_ hub: String, now: Instant) throws {
        let status = try HubTable.status(of: hub, in: connection)
        if case .suspended(let suspension) = status { throw Refusal.hubSuspended(hub, suspension.reason) }
        // A person's request can stand for the list that ends a pause.
        if case .paused(let pause) = status, pause.until > now { throw Refusal.hubPaused(hub, until: pause.until) }
    }

    /// Records that somebody listed a hub's secrets, or that the hub did not let it happen.
    ///
    /// - Parameter cap: The longest pause that the hub may ask for.
    package func noteListing(
        of hub: String,
        _ result: Result<Int, HubError>,
        actor: Actor,
        now: Instant,
        cap: Duration
    ) throws {
        var entry = AuditEntry(.secretListed, time: now.rfc3339, actor: actor, hub: hub)
        switch result {
        case .success(let count):
            entry.detail = ["count": .integer(Int64(count))]
        case .failure(let error):
            entry.event = .secretFailed
            entry.detail = error.auditDetail.merging(["operation": "list"]) { $1 }
        }
        try append(entry)
        if case .failure(let error) = result {
            _ = try updateHub(hub, now: now) { $0.after(error, about: nil, now: $1, cap: cap) }
        }
    }
}

extension HubError {
    /// What an entry says of an error: class and numbers.
    fileprivate var auditDetail: [String: JSONValue] {
        let fields: [String: JSONValue?] = [
            "error": .string(kind.rawValue),
            "status": status.map { .integer(Int64($0)) },
            "request_id": requestID.map(JSONValue.string),
        ]
        return fields.compactMapValues { $0 }
    }
}
