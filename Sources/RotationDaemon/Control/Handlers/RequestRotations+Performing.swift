package import ControlAPI
package import RotationCore
package import RotationStore
package import Scheduling

extension RequestRotations: TransactionOperation {
    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> [Accepted] {
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
            Accepted(id: $0.request.id, secret: $0.request.secret, joined: $0.joined, heldUntil: $0.heldUntil)
        }
    }

    /// The selected secrets, each once.
    package func selected(_ history: History, now: Instant) throws -> [SecretName] {
        switch selection {
        case .secrets(let secrets): try RequestLimits.distinct(secrets)
        case .all: try history.secrets { !$0.isPaused(at: now) }
        case .overdue: try history.secrets { !$0.isPaused(at: now) && $0.overdueSince(now: now) != nil }
        }
    }
}
