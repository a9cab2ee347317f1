import Scheduling

extension Audit {
    /// A rotation was requested; the entry names the rotation if the request joins an open one.
    struct RotationRequested: AuditEvent {
        static let name = AuditEventName.rotationRequested
        static let scope = AuditScope.anyRotation

        /// The request's ID.
        var request: RotationID
        /// The person's reason.
        var reason: String?
        /// The ticket that the person names.
        var ticket: String?
        /// Present, and true, if the request does not join an open rotation.
        var fresh: Bool?
        /// The person's reason for overriding a hold for an earlier value that may still arrive.
        var despiteHold: String?
    }

    /// Requests can no longer be served.
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
        /// The IDs of the requests, the oldest first; a thousand at most.
        var requests: [RotationID]
        /// How many more there are.
        var requestsOmitted: Int?

        init(error: Error, requests: [RotationID]) {
            self.error = error
            self.requests = Array(requests.prefix(Audit.longestList))
            requestsOmitted = requests.count > Audit.longestList ? requests.count - Audit.longestList : nil
        }
    }

    /// A slot has passed without a rotation.
    struct RotationMissed: AuditEvent {
        static let name = AuditEventName.rotationMissed
        static let scope = AuditScope.nextRotation

        /// The reason: its window was over, or the daemon was down and the schedule skips such slots.
        var error: Schedule.Reason
        /// The slot.
        var scheduledFor: Instant
        /// When the schedule is due.
        var nextDue: Instant?
    }
}
