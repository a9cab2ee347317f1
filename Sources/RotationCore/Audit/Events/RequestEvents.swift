import Scheduling

extension Audit {
    /// A rotation was requested; the entry names the rotation where the request joins one that is open.
    struct RotationRequested: AuditEvent {
        static let name = AuditEventName.rotationRequested
        static let scope = AuditScope.anyRotation

        /// The request's ID.
        var request: RotationID
        /// Why, in the person's words.
        var reason: String?
        /// The ticket that the person names.
        var ticket: String?
        /// Present, and true, where the request waits for a rotation of its own.
        var fresh: Bool?
        /// Why the rotation may begin though an earlier value may still arrive, in the person's words.
        var despiteHold: String?
    }

    /// Requests can't be served any more.
    struct RequestDropped: AuditEvent {
        static let name = AuditEventName.requestDropped
        static let scope = AuditScope.nextRotation

        /// Why requests can't be served.
        enum Error: String, AuditWord {
            /// The secret's schedule was removed.
            case scheduleRemoved = "schedule_removed"
        }

        /// Why.
        var error: Error
        /// The IDs of the requests.
        var requests: [RotationID]
    }

    /// A slot has passed without a rotation.
    struct RotationMissed: AuditEvent {
        static let name = AuditEventName.rotationMissed
        static let scope = AuditScope.nextRotation

        /// Why: its window was over, or the daemon was down and the schedule skips such slots.
        var error: Schedule.Reason
        /// The slot.
        var scheduledFor: Instant
        /// When the schedule is due.
        var nextDue: Instant?
    }
}
