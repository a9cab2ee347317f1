package import ControlAPI
import RotationCore
package import RotationStore

extension AbandonRotation: TransactionOperation {
    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> Answer {
        try RequestLimits.check(["reason": reason])
        if try ledger.keepsCandidate(of: rotation) { return try giveUpKept(on: ledger, context) }
        let order = Abandonment(
            rotation,
            decision,
            replacesDecision: replacesDecision,
            reason: reason,
            actor: context.caller.actor
        )
        let (secret, outcome) = try ledger.abandon(order, now: context.now, plan: context.plan)
        return .rotation(of: secret, outcome)
    }

    /// A kept candidate has no known credential and no earlier decision, so a decision is refused.
    private func giveUpKept(on ledger: Ledger, _ context: OperationContext) throws -> Answer {
        guard decision == nil, !replacesDecision else { throw Ledger.Refusal.onlyCandidateKept(rotation) }
        let actor = context.caller.actor
        guard try ledger.giveUpKept(rotation, reason: reason, actor: actor, now: context.now) else {
            throw Ledger.Refusal.noRotation(rotation)
        }
        return .keptCandidate
    }
}
