package import RotationCore
package import RotationStore

/// Ends a rotation that a person decides about.
package struct AbandonRotation: ControlOperation {
    package static let path = "rotations/abandon"
    package static let right = Right.operate
    package var rotation: RotationID
    package var decision: Decision?
    package var reason: String

    /// Whether it may replace a decision that has not come true yet.
    package var replacesDecision: Bool

    /// What has come of it.
    package enum Answer: Codable, Hashable, Sendable {
        /// The rotation ends.
        case rotation(of: SecretName, Abandonment.Outcome)
        /// The history does not know the rotation; its candidate was kept, and is given up.
        case keptCandidate
    }

    /// - Parameters:
    ///   - decision: Which value the hub has; nil where no credential was changed, or all is mended by hand.
    ///   - replacesDecision: Whether it may replace a decision that has not come true yet.
    package init(rotation: RotationID, decision: Decision?, replacesDecision: Bool, reason: String) {
        self.rotation = rotation
        self.decision = decision
        self.replacesDecision = replacesDecision
        self.reason = reason
    }

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

    /// What a decision is about, a credential or an earlier decision, is not known here.
    private func giveUpKept(on ledger: Ledger, _ context: OperationContext) throws -> Answer {
        guard decision == nil, !replacesDecision else { throw Ledger.Refusal.onlyCandidateKept(rotation) }
        let actor = context.caller.actor
        guard try ledger.giveUpKept(rotation, reason: reason, actor: actor, now: context.now) else {
            throw Ledger.Refusal.noRotation(rotation)
        }
        return .keptCandidate
    }
}
