package import Scheduling

extension Audit {
    /// A schedule was added.
    package struct ScheduleAdded: AuditEvent {
        package static let name = AuditEventName.scheduleAdded
        package static let scope = AuditScope.secret

        /// The schedule, by the keys of the schedule file.
        package var new: [String: JSONValue]
        /// The hash of the generator and its parameters.
        package var policyHash: String
        /// When it is due first; absent for a schedule that waits for its source.
        package var nextDue: Instant?
    }

    /// A schedule was changed, or its due instant has moved because the rules of its time zone have changed.
    package struct ScheduleChanged: AuditEvent {
        package static let name = AuditEventName.scheduleChanged
        package static let scope = AuditScope.secret

        /// The old values, by the keys of the schedule file.
        package var old: [String: JSONValue]?
        /// The new values, by the keys of the schedule file.
        package var new: [String: JSONValue]?
        /// The hash of the generator and its parameters; absent if only the zone's rules have changed.
        package var policyHash: String?
        /// The time zone whose rules have changed; absent where the schedule itself was changed.
        package var zoneRules: String?
        /// When it was due under the zone's old rules.
        package var previousDue: Instant?
        /// When it is due; absent for a schedule that waits for its source.
        package var nextDue: Instant?

        /// The rules of its time zone have changed.
        package init(zoneRules: String, previousDue: Instant?, nextDue: Instant?) {
            (self.zoneRules, self.previousDue, self.nextDue) = (zoneRules, previousDue, nextDue)
        }

        fileprivate init(_ difference: ScheduleDifference, policyHash: String) {
            old = difference.old.isEmpty ? nil : difference.old
            new = difference.new.isEmpty ? nil : difference.new
            (self.policyHash, nextDue) = (policyHash, difference.nextDue)
        }
    }

    /// A schedule was removed.
    package struct ScheduleRemoved: AuditEvent {
        package static let name = AuditEventName.scheduleRemoved
        package static let scope = AuditScope.secret

        /// Why the schedule is missing.
        package enum Error: String, AuditWord {
            /// Its row could not be read.
            case undecodable
        }

        /// The schedule, by the keys of the schedule file.
        package var old: [String: JSONValue]?
        /// The hash of the generator and its parameters.
        package var policyHash: String?
        /// Why both are missing.
        package var error: Error?

        /// A schedule whose row could not be read.
        package static let undecodable = ScheduleRemoved(error: .undecodable)
    }

    /// A schedule was paused.
    package struct SchedulePaused: AuditEvent {
        package static let name = AuditEventName.schedulePaused
        package static let scope = AuditScope.secret

        /// The person's reason.
        package var reason: String?
        /// When the pause ends by itself.
        package var until: Instant?

        package init(reason: String?, until: Instant?) { (self.reason, self.until) = (reason, until) }
    }

    /// A schedule was resumed.
    package struct ScheduleResumed: AuditEvent {
        package static let name = AuditEventName.scheduleResumed
        package static let scope = AuditScope.secret

        /// When it is due; absent for a schedule that waits for its source.
        package var nextDue: Instant?

        package init(nextDue: Instant?) { self.nextDue = nextDue }
    }
}

extension SchedulePlan.Step {
    /// The event of the change: what goes, what comes, and the policy hash that names the generator.
    package var auditEvent: any AuditEvent {
        let difference = difference
        switch self {
        case .add(let schedule):
            return Audit.ScheduleAdded(
                new: difference.new,
                policyHash: schedule.definition.generator.policyHash,
                nextDue: difference.nextDue
            )
        case .change(_, let schedule):
            return Audit.ScheduleChanged(difference, policyHash: schedule.definition.generator.policyHash)
        case .remove(let schedule):
            return Audit.ScheduleRemoved(
                old: difference.old,
                policyHash: schedule.definition.generator.policyHash
            )
        }
    }
}
