package import RotationCore

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
}
