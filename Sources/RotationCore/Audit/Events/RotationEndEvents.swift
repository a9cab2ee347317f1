import Scheduling

extension Audit {
    /// The hub has the candidate.
    struct RotationSucceeded: AuditEvent {
        static let name = AuditEventName.rotationSucceeded
        static let scope = AuditScope.rotation

        /// Why the generator's `finish` is not done.
        enum Finish: String, AuditWord {
            /// It waits for a person: no list can confirm the update.
            case held
        }

        /// The number of attempts.
        var attempts: Int
        /// Whether the hub's list has shown the update.
        var confirmed: Bool
        /// Present if the generator's `finish` waits for a person, because no list can confirm the update.
        var finish: Finish?
        /// The slot, where the schedule has opened the rotation.
        var scheduledFor: Instant?
        /// When the schedule is due; absent where it was removed, or waits for its source.
        var nextDue: Instant?
    }

    /// The rotation has failed: the hub has the old value.
    struct RotationFailed: AuditEvent {
        static let name = AuditEventName.rotationFailed
        static let scope = AuditScope.rotation

        /// The number of attempts.
        var attempts: Int
        /// What has failed.
        var error: FailureClass
        /// The HTTP status.
        var status: Int?
        /// The generator's step that has failed, and how.
        var failedStep: FailedStep?
        /// When the schedule is due; absent where it was removed, or waits for its source.
        var nextDue: Instant?
    }

    /// A person's decision about a rotation, which its generator carries out if there is anything to do.
    struct RotationDecided: AuditEvent {
        static let name = AuditEventName.rotationDecided
        static let scope = AuditScope.rotation

        /// The decision about the generator's `finish`.
        enum Finish: String, AuditWord {
            /// The person cancels it.
            case givenUp = "given_up"
        }

        /// The person's reason.
        var reason: String
        /// Which value the hub has: the old one, which is put back, or the new one, which is kept; absent for no decision.
        var decision: Decision?
        /// The earlier decision, which had not been carried out yet.
        var replaces: Decision?
        /// Present if the person cancels the generator's `finish`.
        var finish: Finish?
    }

    /// A person has ended the rotation.
    struct RotationAbandoned: AuditEvent {
        static let name = AuditEventName.rotationAbandoned
        static let scope = AuditScope.rotation

        /// The number of attempts.
        var attempts: Int
        /// Which value the hub has: the old one, which is put back, or the new one, which is kept; absent for no decision.
        var decision: Decision?
        /// The person's reason; absent if it is in `rotation.decided`, and the generator has carried out the decision
        /// since.
        var reason: String?
        /// The earlier decision, which had not been carried out yet.
        var replaces: Decision?
        /// When the schedule is due; absent where it was removed, or waits for its source.
        var nextDue: Instant?
    }
}
