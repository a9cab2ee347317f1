package import RotationCore
import SQLite
package import Scheduling

extension Ledger {
    /// Opens a rotation, if all that must hold for it holds at this moment.
    package func claim(_ claim: Claim) throws -> Rotation? {
        let transition = try decide(about: claim.secret) { try claim.transition($0) }
        guard case .opened(let rotation) = transition?.rotation else { return nil }
        return rotation
    }

    /// Makes events of an open rotation durable.
    ///
    /// - Returns: The rotation as it is now.
    /// - Throws: `StaleRotation` where it is not where the events begin.
    package func advance(_ advance: RotationAdvance) throws -> Rotation {
        let transition = try decide(about: advance.secret) { rows in
            guard let stored = try RotationTable.find(advance.rotation, by: generators, in: connection),
                stored.closedAt == nil
            else { throw StaleRotation(rotation: advance.rotation) }
            return try stored.rotation.transition(advance, rows)
        }
        guard let rotation = transition?.rotation?.rotation else { throw StaleRotation(rotation: advance.rotation) }
        return rotation
    }

    /// Whether a rotation's generator is the one that its schedule has now; true where the schedule is gone.
    package func isPolicyCurrent(_ rotation: Rotation) throws -> Bool {
        guard let schedule = try ScheduleTable.find(rotation.secret, by: generators, in: connection) else {
            return true
        }
        return schedule.definition.generator == rotation.generator
    }

    /// Ends a rotation, as a person has decided; what its generator has to do for that, and the erasure of its candidate,
    /// is the engine's.
    ///
    /// - Parameter plan: A rotation's policy.
    /// - Throws: ``Refusal``.
    package func abandon(
        _ order: Abandonment,
        now: Instant,
        plan: (Rotation) -> RotationPlan
    ) throws -> (secret: SecretName, outcome: Abandonment.Outcome) {
        try transaction {
            guard let stored = try RotationTable.find(order.rotation, by: generators, in: connection),
                stored.closedAt == nil
            else { throw Refusal.noRotation(order.rotation) }
            let rotation = stored.rotation
            let rows = LedgerRows(ledger: self, secret: rotation.secret)
            let (transition, outcome) = try order.transition(of: rotation, plan: plan(rotation), now: now, rows)
            try write(transition, about: rotation.secret)
            return (rotation.secret, outcome)
        }
    }

    /// Has a rotation go on that is parked as its candidate could not be unsealed, now that it can.
    package func resumeParked(_ parked: Rotation, plan: RotationPlan, now: Instant) throws {
        try decide(about: parked.secret) { _ in try parked.resumingParked(plan: plan, now: now) }
    }
}
