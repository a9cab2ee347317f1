package import RotationCore
import SQLite
package import Scheduling

extension Ledger {
    /// Records that a hub is about to be asked by hand, and keeps rotations of the secret away meanwhile.
    ///
    /// - Parameters:
    ///   - despiteHold: Why it may go ahead though an earlier value may still arrive; nil where it may not.
    ///   - holdFor: How long the secret is held if nobody lives to record the end.
    ///   - fields: The parts of the secret that it sets.
    /// - Returns: The end of the hold.
    /// - Throws: ``Refusal`` where it may not be asked.
    package func beginByHand(
        _ change: HandChange,
        holdFor: Duration,
        despiteHold: String? = nil,
        fields: [Audit.SecretAttempted.Field]?
    ) throws -> Instant {
        let until = change.now.advanced(by: holdFor)
        try decide(about: change.secret) { rows in
            try change.beginning(
                until: until,
                despiteHold: despiteHold,
                // Also where its row can't be decoded.
                hasSchedule: try ScheduleTable.exists(change.secret, in: connection),
                fields: fields,
                rows
            )
        }
        return until
    }

    /// Records how it went.
    ///
    /// - Parameters:
    ///   - hold: The hold that it began with.
    ///   - cap: The longest pause that the hub may ask for.
    package func endByHand(
        _ change: HandChange,
        _ result: Result<Receipt, HubError>,
        hold: HandHold,
        cap: Duration
    ) throws {
        try decide(about: change.secret) { try change.end(result, hold: hold, cap: cap, $0) }
    }

    /// Tests that a hub may be spoken to: a suspended one receives nothing but its probe.
    package func checkHubIsOpen(_ hub: String, now: Instant) throws {
        try HubTable.status(of: hub, in: connection).checkIsOpen(hub, now: now)
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
        let event: any AuditEvent =
            switch result {
            case .success(let count): Audit.SecretListed(count: count)
            case .failure(let error): Audit.SecretFailed(.list, error)
            }
        try transaction {
            try record(AuditEntry(event, time: now.rfc3339, actor: actor, hub: hub))
            guard case .failure(let error) = result else { return }
            _ = try updateHub(hub, now: now) { $0.after(error, about: nil, now: $1, cap: cap) }
        }
    }
}
