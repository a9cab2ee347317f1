package import RotationEngine
package import RotationStore
package import Scheduling

/// Adds schedules, all or none.
package struct AddSchedules: ControlOperation {
    package static let path = "schedules/add"
    package static let right = Right.edit
    package var secrets: [SecretName]
    package var definition: ScheduleDefinition

    package init(secrets: [SecretName], definition: ScheduleDefinition) {
        self.secrets = secrets
        self.definition = definition
    }

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> [ScheduleBrief] {
        guard definition.minInterval >= .zero, definition.finishAfter >= .zero else {
            throw ControlFailure(status: .usage, message: "a duration is negative")
        }
        let schedules = secrets.map { Schedule(adding: definition, for: $0, now: context.now) }
        try ledger.add(schedules, actor: context.caller.actor, now: context.now)
        return schedules.map(ScheduleBrief.init)
    }
}

/// Removes schedules, all or none.
package struct RemoveSchedules: ControlOperation {
    package static let path = "schedules/remove"
    package static let right = Right.edit
    package var secrets: [SecretName]

    package init(secrets: [SecretName]) {
        self.secrets = secrets
    }

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> Done {
        try ledger.remove(secrets, actor: context.caller.actor, now: context.now)
        return Done()
    }
}

/// Pauses schedules, all or none.
package struct PauseSchedules: ControlOperation {
    package static let path = "schedules/pause"
    package static let right = Right.operate
    package var secrets: [SecretName]
    package var until: Instant?
    package var reason: String?

    package init(secrets: [SecretName], until: Instant?, reason: String?) {
        self.secrets = secrets
        self.until = until
        self.reason = reason
    }

    /// Answers the rotations that are open, which go on.
    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> [RotationID] {
        let pause = Schedule.Pause(since: context.now, until: until, reason: reason)
        return try ledger.pause(secrets, pause, actor: context.caller.actor)
    }
}

/// Resumes schedules, all or none.
package struct ResumeSchedules: ControlOperation {
    package static let path = "schedules/resume"
    package static let right = Right.operate
    package var secrets: [SecretName]

    package init(secrets: [SecretName]) {
        self.secrets = secrets
    }

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> [ScheduleBrief] {
        try ledger.resume(secrets, actor: context.caller.actor, now: context.now).map(ScheduleBrief.init)
    }
}
