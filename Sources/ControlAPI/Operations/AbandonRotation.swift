package import RotationCore

/// Ends a rotation by a person's decision.
package struct AbandonRotation: ControlOperation {
    package static let path = "rotations/abandon"
    package static let right = Right.operate
    package var rotation: RotationID
    package var decision: Decision?
    package var reason: String

    /// Whether it may replace a decision that has not been carried out yet.
    package var replacesDecision: Bool

    /// The result.
    package enum Answer: Codable, Hashable, Sendable {
        /// The rotation ends.
        case rotation(of: SecretName, Abandonment.Outcome)
        /// The history does not know the rotation; its kept candidate will be erased.
        case keptCandidate
    }

    /// - Parameters:
    ///   - decision: Which value the hub holds; nil if no credential was changed, or if it was repaired by hand.
    ///   - replacesDecision: Whether it may replace a decision that has not been carried out yet.
    package init(rotation: RotationID, decision: Decision?, replacesDecision: Bool, reason: String) {
        self.rotation = rotation
        self.decision = decision
        self.replacesDecision = replacesDecision
        self.reason = reason
    }
}
