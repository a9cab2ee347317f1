package import RotationEngine
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
    package struct Answer: Codable, Hashable, Sendable {
        package var secret: SecretName
        package var outcome: Abandonment.Outcome
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
        let order = Abandonment(
            rotation,
            decision,
            replacesDecision: replacesDecision,
            reason: reason,
            actor: context.caller.actor
        )
        let (secret, outcome) = try ledger.abandon(order, now: context.now, lateHold: context.lateHold)
        return Answer(secret: secret, outcome: outcome)
    }
}
