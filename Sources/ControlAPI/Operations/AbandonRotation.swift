package import RotationEngine
package import RotationStore

/// Ends a parked rotation.
package struct AbandonRotation: ControlOperation {
    package static let path = "rotations/abandon"
    package static let right = Right.operate
    package var rotation: RotationID
    package var decision: Decision?
    package var reason: String

    /// What has come of it.
    package struct Answer: Codable, Hashable, Sendable {
        package var secret: SecretName
        /// Whether the rotation has ended; if not, its generator has a step to do first.
        package var hasEnded: Bool
    }

    /// - Parameter decision: Which value the hub has; nil where no credential was changed, or all is mended by hand.
    package init(rotation: RotationID, decision: Decision?, reason: String) {
        self.rotation = rotation
        self.decision = decision
        self.reason = reason
    }

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> Answer {
        let (secret, hasEnded) = try ledger.abandon(
            rotation,
            decision,
            reason: reason,
            actor: context.caller.actor,
            now: context.now,
            timeout: context.timeout
        )
        return Answer(secret: secret, hasEnded: hasEnded)
    }
}
