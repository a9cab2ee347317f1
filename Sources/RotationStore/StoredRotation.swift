package import RotationCore
package import Scheduling

/// A rotation with what only the store knows of it.
package struct StoredRotation: Hashable, Sendable {
    package var rotation: Rotation
    /// When its row was last written; nil for a row of an older version.
    package var changedAt: Instant?
    /// When its outcome was recorded; nil while it is under way.
    package var endedAt: Instant?
    /// When its candidate was erased; nil while it is open.
    package var closedAt: Instant?
    /// `succeeded`, `failed` or `abandoned`; nil while it is under way.
    package var storedOutcome: String?
    /// Whether the hub's list showed the update; nil while that is open.
    package var isConfirmed: Bool?
    /// What it failed for, or is parked for.
    package var failure: Failure?
    /// What a person has decided about it: `withdraw` or `keep`; nil for nothing.
    package var decision: String?
    /// The class of what it failed for, or is parked for.
    package var error: String? { failure?.kind }
}

extension StoredRotation {
    /// How far it has come.
    package var progress: RotationProgress {
        let outcome = storedOutcome.flatMap(RotationProgress.Outcome.init)
        return RotationProgress(rotation, outcome: outcome, failure: failure)
    }
}

extension Ending {
    /// The ending's name, as the database and the history have it.
    package var name: String {
        switch self {
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .abandoned: "abandoned"
        }
    }
}
