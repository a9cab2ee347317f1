package import RotationCore
package import RotationStore
package import Scheduling

/// Requests rotations, all or none.
package struct RequestRotations: ControlOperation {
    package static let path = "rotations/request"
    package static let right = Right.operate
    package static let sizeLimit = RequestSize.names

    /// Which secrets are meant.
    package enum Selection: Codable, Hashable, Sendable {
        /// These, paused or not.
        case secrets([SecretName])
        /// Each that is not paused.
        case all
        /// Each that is overdue, by ``RotationCore/Schedule/overdueSince(now:)``, and not paused.
        case overdue
    }

    /// A request as it was taken in.
    package struct Taken: Codable, Hashable, Sendable {
        package var id: RotationID
        package var secret: SecretName
        /// The open rotation that it joined.
        package var joined: RotationID?
        /// Until when its rotation can't begin, as an earlier value may still arrive at the hub.
        package var heldUntil: Instant?
    }

    package var selection: Selection
    package var reason: String?
    package var ticket: String?
    package var fresh: Bool
    /// Why the hold of an earlier rotation does not count.
    package var despiteHold: String?

    package init(
        _ selection: Selection,
        reason: String? = nil,
        ticket: String? = nil,
        fresh: Bool = false,
        despiteHold: String? = nil
    ) {
        self.despiteHold = despiteHold
        self.selection = selection
        self.reason = reason
        self.ticket = ticket
        self.fresh = fresh
    }

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> [Taken] {
        try RequestLimits.check(["reason": reason, "ticket": ticket, "despite-hold": despiteHold])
        let requests = try selected(ledger.history, now: context.now).map { secret in
            RotationRequest(
                id: RotationID(milliseconds: context.now.rawValue, random: context.random),
                secret: secret,
                requestedAt: context.now,
                trigger: .rotateNow,
                reason: reason,
                ticket: ticket,
                fresh: fresh,
                despiteHold: despiteHold
            )
        }
        return try ledger.request(requests, actor: context.caller.actor).map {
            Taken(id: $0.request.id, secret: $0.request.secret, joined: $0.joined, heldUntil: $0.heldUntil)
        }
    }

    /// The secrets that are meant, each once.
    package func selected(_ history: History, now: Instant) throws -> [SecretName] {
        switch selection {
        case .secrets(let secrets): try RequestLimits.distinct(secrets)
        case .all: try history.schedules().filter { !$0.isPaused(at: now) }.map(\.secret)
        case .overdue:
            try history.schedules().filter { !$0.isPaused(at: now) && $0.overdueSince(now: now) != nil }.map(\.secret)
        }
    }
}
