package import RotationCore
import SQLite
package import Scheduling

extension Ledger {
    /// Changes a hub's status.
    package func updateHub(
        _ hub: String,
        now: Instant,
        _ change: (HubStatus, Instant) -> HubStatus?
    ) throws -> HubStatus? {
        try transaction {
            var transition = Transition()
            transition.move(try HubTable.status(of: hub, in: connection), hub, now: now, change)
            guard let after = transition.hub else { return nil }
            try write(after, of: hub)
            for entry in transition.entries { try record(entry) }
            return after
        }
    }

    /// Lifts a hub's pause or suspension, as a person has ordered; waits that the hub had asked its rotations for end
    /// with it.
    ///
    /// - Returns: What was lifted; nil, and nothing is changed, where there was nothing to lift.
    package func resumeHub(_ hub: String, reason: String, actor: Actor, now: Instant) throws -> HubStatus? {
        try transaction {
            let before = try HubTable.status(of: hub, in: connection)
            guard let after = before.lifted else { return nil }
            try write(after, of: hub)
            for id in try RotationTable.waiting(at: hub, forFloorAfter: now, in: connection) {
                guard let rotation = try decodable(id), let lifted = try rotation.liftingHubWait(now: now) else {
                    continue
                }
                try write(lifted, about: rotation.secret)
            }
            let event = Audit.HubResumed(lifting: before, reason: reason)
            try record(AuditEntry(event, time: now.rfc3339, actor: actor, hub: hub))
            return before
        }
    }
}
