package import Scheduling

extension Audit {
    /// The hub does not agree with the history: a secret was changed by another client, is missing, is unmanaged or is overdue.
    package struct DriftFound: AuditEvent {
        package static let name = AuditEventName.driftFound
        package static let scope = AuditScope.secret

        /// What is wrong.
        package enum Error: String, AuditWord {
            /// An earlier value may be in force.
            case valueUnknown = "value_unknown"
            /// Another client has changed the secret.
            case changed
            /// The hub does not list a secret that has a schedule.
            case missing
            /// The hub lists a secret that has no schedule.
            case unmanaged
            /// The value is older than the schedule allows.
            case overdue
            /// The hub's audit log has a change without an attempt of ours.
            case unknownChange = "unknown_change"
        }

        /// When it was noticed.
        package enum Finding: String, AuditWord {
            /// By the list request at the end of a hold.
            case holdEnded = "hold_ended"
            /// Before a rotation's first attempt.
            case preflight
            /// By comparing the hub's list with the history.
            case list
            /// By comparing the hub's audit log with the history.
            case hubLog = "hub_log"
        }

        /// What is wrong: `value_unknown`: `updated_at` moved without a request of ours, so an earlier value may be in force; `changed`: another client has changed the secret's value, description or workspaces; `missing`: the hub does not list it; `unmanaged`: it has no schedule; `overdue`: its value is older than its schedule allows; `unknown_change`: the hub's audit log has a change for which there is no attempt of ours.
        package var error: Error
        /// When it was noticed: at the end of a hold, before a rotation's first attempt, or by comparing the hub's list or its audit log with the history.
        package var found: Finding
        /// The hub's `updated_at`: milliseconds since 1970 by the hub's clock; absent where a list shows no change.
        package var updatedAt: Int64?
        /// The newest one that was seen before.
        package var lastSeen: Int64?
        /// The user that the hub names for the last change of a changed secret.
        package var lastUpdatedBy: String?
        /// Since when the secret is overdue, or the time of the change in the hub's audit log.
        package var since: Instant?

        /// The value in force is unknown.
        package init(_ found: Finding, updatedAt: Int64, lastSeen: Int64) {
            error = .valueUnknown
            (self.found, self.updatedAt, self.lastSeen) = (found, updatedAt, lastSeen)
        }

        /// The hub was compared with the history.
        package init(_ finding: DriftFinding) {
            (error, found) =
                switch finding.kind {
                case .changed: (.changed, .list)
                case .missing: (.missing, .list)
                case .unmanaged: (.unmanaged, .list)
                case .overdue: (.overdue, .list)
                case .unknownChange: (.unknownChange, .hubLog)
                }
            (updatedAt, lastSeen) = (finding.updatedAt, finding.lastSeen)
            (lastUpdatedBy, since) = (finding.lastUpdatedBy, finding.at)
        }
    }
}
