import Scheduling

extension Audit {
    /// A rotation was opened.
    struct RotationOpened: AuditEvent {
        static let name = AuditEventName.rotationOpened
        static let scope = AuditScope.rotation

        /// Why a rotation begins after its slot's window.
        enum Override: String, AuditWord {
            /// The value would become older than the schedule's `max_age`.
            case maxAge = "max_age"
        }

        /// The generator's type.
        var generator: String
        /// The hash of the generator and its parameters.
        var policyHash: String
        /// The IDs of the requests that it serves, the oldest first; a thousand at most.
        var requests: [RotationID]?
        /// How many more it serves.
        var requestsOmitted: Int?
        /// The slot, where the schedule has opened it.
        var scheduledFor: Instant?
        /// Why it begins after its slot's window.
        var windowOverridden: Override?
    }

    /// The sealed candidate is on disk.
    struct RotationStaged: AuditEvent {
        static let name = AuditEventName.rotationStaged
        static let scope = AuditScope.rotation
    }

    /// An attempt is about to be sent.
    struct RotationAttempted: AuditEvent {
        static let name = AuditEventName.rotationAttempted
        static let scope = AuditScope.rotation

        /// The attempt's number within the rotation, from 1.
        var attempt: Int
    }

    /// The hub has answered an attempt by 2xx.
    struct RotationDelivered: AuditEvent {
        static let name = AuditEventName.rotationDelivered
        static let scope = AuditScope.rotation

        /// The attempt's number within the rotation, from 1.
        var attempt: Int
        /// The HTTP status.
        var status: Int
        /// The hub's ID of the request.
        var requestID: String?
    }

    /// A step or attempt has failed, and is retried.
    struct RotationDeferred: AuditEvent {
        static let name = AuditEventName.rotationDeferred
        static let scope = AuditScope.rotation

        /// What has failed.
        var error: FailureClass
        /// The HTTP status.
        var status: Int?
        /// The hub's ID of the request.
        var requestID: String?
        /// The number of the attempt that has failed, or had no confirmed effect.
        var attempt: Int?
        /// The generator's step that has failed, and how.
        var failedStep: FailedStep?
        /// When it is retried.
        var nextAttempt: Instant
    }

    /// The rotation waits for a person: it can neither continue nor be withdrawn by itself, or a person has stopped it.
    struct RotationParked: AuditEvent {
        static let name = AuditEventName.rotationParked
        static let scope = AuditScope.rotation

        /// What has failed.
        var error: FailureClass
        /// The HTTP status.
        var status: Int?
        /// The hub's ID of the request.
        var requestID: String?
        /// The number of the attempt that has failed, or had no confirmed effect.
        var attempt: Int?
        /// The generator's step that has failed, and how.
        var failedStep: FailedStep?
        /// The person's reason for stopping it.
        var reason: String?
    }

    /// The rotation continues: its candidate can be unsealed again.
    struct RotationUnparked: AuditEvent {
        static let name = AuditEventName.rotationUnparked
        static let scope = AuditScope.rotation

        /// Why it was parked.
        var error: FailureClass
    }

    /// The candidate is erased, and nothing is left to do.
    struct RotationClosed: AuditEvent {
        static let name = AuditEventName.rotationClosed
        static let scope = AuditScope.rotation
    }
}
