package import RotationCore
package import Scheduling

/// Adds schedules, all or none.
package struct AddSchedules: ControlOperation {
    /// What was added.
    package typealias Answer = [ScheduleBrief]
    package static let path = "schedules/add"
    package static let right = Right.edit
    package static let sizeLimit = RequestSize.names
    package var secrets: [SecretName]
    package var definition: ScheduleDefinition
    /// Whether they are due at once.
    package var rotatesOnAdopt: Bool

    package init(secrets: [SecretName], definition: ScheduleDefinition, rotatesOnAdopt: Bool = false) {
        self.secrets = secrets
        self.definition = definition
        self.rotatesOnAdopt = rotatesOnAdopt
    }
}

/// Changes schedules, all or none.
package struct EditSchedules: ControlOperation {
    /// What was changed; a schedule that is as it should be already is not among it.
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

/// Brings the schedules to what a file wants.
///
/// In slices: where one fails, those before it stay, and the same file given again does the rest.
package struct ApplySchedules: ControlOperation {
    package static let path = "schedules/apply"
    package static let right = Right.edit
    package static let sizeLimit = RequestSize.schedules
    package var desired: [DesiredSchedule]
    /// Whether a schedule that is not desired is removed.
    package var prune: Bool
    /// Whether what is added is due at once.
    package var rotatesOnAdopt: Bool

    package init(_ desired: [DesiredSchedule], prune: Bool, rotatesOnAdopt: Bool = false) {
        self.desired = desired
        self.prune = prune
        self.rotatesOnAdopt = rotatesOnAdopt
    }

    /// What was changed, and how many schedules were as they should be.
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
    /// The rotations that are open, which go on.
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
    /// The rotations that are open, which go on.
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
