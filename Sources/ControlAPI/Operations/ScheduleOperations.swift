package import RotationCore
package import Scheduling

/// Adds schedules, all or none.
package struct AddSchedules: ControlOperation {
    /// The added schedules.
    package typealias Answer = [ScheduleBrief]
    package static let path = "schedules/add"
    package static let right = Right.edit
    package static let sizeLimit = RequestSize.names
    package var secrets: [SecretName]
    package var definition: ScheduleDefinition
    /// Whether they are due now.
    package var rotatesOnAdopt: Bool

    package init(secrets: [SecretName], definition: ScheduleDefinition, rotatesOnAdopt: Bool = false) {
        self.secrets = secrets
        self.definition = definition
        self.rotatesOnAdopt = rotatesOnAdopt
    }
}

/// Changes schedules, all or none.
package struct EditSchedules: ControlOperation {
    /// The changes; a schedule that did not change is not included.
    package typealias Answer = [ScheduleDifference]
    package static let path = "schedules/edit"
    package static let right = Right.edit
    package static let sizeLimit = RequestSize.names
    package var secrets: [SecretName]
    package var edit: ScheduleEdit

    package init(secrets: [SecretName], edit: ScheduleEdit) {
        self.secrets = secrets
        self.edit = edit
    }
}

/// Makes the schedules match a file.
///
/// The file is applied in slices: if one fails, those before it stay applied, and applying the same file again does the
/// rest.
package struct ApplySchedules: ControlOperation {
    package static let path = "schedules/apply"
    package static let right = Right.edit
    package static let sizeLimit = RequestSize.schedules
    package var desired: [DesiredSchedule]
    /// Whether schedules that are not in the file are removed.
    package var prune: Bool
    /// Whether added schedules are due now.
    package var rotatesOnAdopt: Bool

    package init(_ desired: [DesiredSchedule], prune: Bool, rotatesOnAdopt: Bool = false) {
        self.desired = desired
        self.prune = prune
        self.rotatesOnAdopt = rotatesOnAdopt
    }

    /// The changes, and the number of unchanged schedules.
    package struct Answer: Codable, Hashable, Sendable {
        package var differences: [ScheduleDifference]
        package var unchanged: Int

        package init(_ plan: SchedulePlan) {
            differences = plan.steps.map(\.difference)
            unchanged = plan.unchanged
        }
    }
}

/// Removes schedules, all or none.
package struct RemoveSchedules: ControlOperation {
    /// The open rotations, which continue.
    package typealias Answer = [RotationID]
    package static let path = "schedules/remove"
    package static let right = Right.edit
    package static let sizeLimit = RequestSize.names
    package var secrets: [SecretName]

    package init(secrets: [SecretName]) {
        self.secrets = secrets
    }
}

/// Pauses schedules, all or none.
package struct PauseSchedules: ControlOperation {
    /// The open rotations, which continue.
    package typealias Answer = [RotationID]
    package static let path = "schedules/pause"
    package static let right = Right.operate
    package static let sizeLimit = RequestSize.names
    package var secrets: [SecretName]
    package var until: Instant?
    package var reason: String?

    package init(secrets: [SecretName], until: Instant?, reason: String?) {
        self.secrets = secrets
        self.until = until
        self.reason = reason
    }
}

/// Resumes schedules, all or none.
package struct ResumeSchedules: ControlOperation {
    /// The schedules as they are now.
    package typealias Answer = [ScheduleBrief]
    package static let path = "schedules/resume"
    package static let right = Right.operate
    package static let sizeLimit = RequestSize.names
    package var secrets: [SecretName]

    package init(secrets: [SecretName]) {
        self.secrets = secrets
    }
}
