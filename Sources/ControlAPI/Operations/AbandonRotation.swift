package import RotationEngine
package import RotationStore

/// Ends a parked rotation.
package struct AbandonRotation: ControlOperation {
    package static let path = "rotations/abandon"
    package static let right = Right.operate
    package var rotation: RotationID
    package var reason: String

    package init(rotation: RotationID, reason: String) {
        self.rotation = rotation
        self.reason = reason
    }

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> SecretName {
        try ledger.abandon(
            rotation,
            reason: reason,
            actor: context.caller.actor,
            now: context.now,
            timeout: context.timeout
        )
    }
}
