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

        /// How many attempts were made.
        var attempts: Int
        /// Whether the hub's list has shown the update.
        var confirmed: Bool
        /// Present where the generator's `finish` waits for a person, as no list can confirm the update.
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

        /// How many attempts were made.
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

    /// What a person has decided about a rotation; its generator carries it out, or nothing is left to do.
    struct RotationDecided: AuditEvent {
        static let name = AuditEventName.rotationDecided
        static let scope = AuditScope.rotation

        /// What becomes of the generator's `finish`.
        enum Finish: String, AuditWord {
            /// The person gives it up.
            case givenUp = "given_up"
        }

        /// Why, in the person's words.
        var reason: String
        /// Which value the hub has: the old one, which is put back, or the new one, which is kept; absent for no decision.
        var decision: Decision?
        /// The decision before, which had not come true yet.
        var replaces: Decision?
        /// Present where the person gives the generator's `finish` up.
        var finish: Finish?
    }

    /// A person has ended the rotation.
    struct RotationAbandoned: AuditEvent {
        static let name = AuditEventName.rotationAbandoned
        static let scope = AuditScope.rotation

        /// How many attempts were made.
        var attempts: Int
        /// Which value the hub has: the old one, which is put back, or the new one, which is kept; absent for no decision.
        var decision: Decision?
        /// Why, in the person's words; absent where `rotation.decided` says it, and the generator has carried it out since.
        var reason: String?
        /// The decision before, which had not come true yet.
        var replaces: Decision?
        /// When the schedule is due; absent where it was removed, or waits for its source.
        var nextDue: Instant?
    }
}
