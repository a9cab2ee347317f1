package import RotationCore
package import RotationStore
package import Scheduling

/// Adds schedules, all or none.
package struct AddSchedules: ControlOperation {
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

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> [ScheduleBrief] {
        try definition.check()
        try context.check(definition.generator)
        let schedules = try RequestLimits.distinct(secrets).map {
            Schedule(adding: definition, for: $0, now: context.now, rotatesAtOnce: rotatesOnAdopt)
        }
        try ledger.add(schedules, actor: context.caller.actor, now: context.now)
        return schedules.map(ScheduleBrief.init)
    }
}

/// Changes schedules, all or none.
package struct EditSchedules: ControlOperation {
    package static let path = "schedules/edit"
    package static let right = Right.edit
    package static let sizeLimit = RequestSize.names
    package var secrets: [SecretName]
    package var edit: ScheduleEdit

    package init(secrets: [SecretName], edit: ScheduleEdit) {
        self.secrets = secrets
        self.edit = edit
    }

    /// Answers what was changed; a schedule that is as it should be already is not among it.
    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> [ScheduleDifference] {
        let durations = [
            edit.minInterval, edit.finishAfter, edit.window?.value, edit.jitter, edit.maxAge?.value, edit.groupSpacing,
        ]
        for duration in durations { try ScheduleDefinition.check(duration) }
        try RequestLimits.check([
            "description": edit.description?.value, "owner": edit.owner?.value, "policy": edit.policy?.value,
            "group": edit.group?.value,
        ])
        let secrets = try RequestLimits.distinct(secrets)
        if let generator = edit.generator { try context.check(generator) }
        return try ledger.edit(secrets, edit, actor: context.caller.actor, now: context.now).steps.map(\.difference)
    }
}

/// Brings the schedules to what a file wants, all or none.
package struct ApplySchedules: ControlOperation {
    package static let path = "schedules/apply"
    package static let right = Right.edit
    package static let sizeLimit = RequestSize.schedules
    package var wishes: [SchedulePlan.Wish]
    /// Whether a schedule that nobody wishes for goes.
    package var prune: Bool
    /// Whether what is added is due at once.
    package var rotatesOnAdopt: Bool

    package init(_ wishes: [SchedulePlan.Wish], prune: Bool, rotatesOnAdopt: Bool = false) {
        self.wishes = wishes
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

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> Answer {
        for wish in wishes { try wish.definition.check(of: wish.secret) }
        for generator in Set(wishes.map(\.definition.generator)) { try context.check(generator) }
        return Answer(
            try ledger.apply(
                wishes,
                prune: prune,
                rotatesAdded: rotatesOnAdopt,
                actor: context.caller.actor,
                now: context.now
            )
        )
    }
}

extension OperationContext {
    /// Tests what only the configuration tells: another command than ours, or an old configuration, may not have.
    fileprivate func check(_ generator: GeneratorSpecification) throws(ControlFailure) {
        if let refusal = refusal(generator) {
            throw ControlFailure(status: .usage, message: "generator: \(refusal)")
        }
    }
}

extension ScheduleDefinition {
    /// Tests what a command other than ours could get wrong.
    fileprivate func check(of secret: SecretName? = nil) throws(ControlFailure) {
        try RequestLimits.check(
            ["description": description, "owner": owner, "policy": policy, "group": group?.name],
            of: secret
        )
        for duration in [minInterval, finishAfter, window, jitter, maxAge, group?.spacing] { try Self.check(duration) }
        if let conflict { throw ControlFailure(status: .usage, message: "\(conflict)") }
    }

    fileprivate static func check(_ duration: Duration?) throws(ControlFailure) {
        if let duration, !(Duration.zero...Cadence.Period.range.upperBound).contains(duration) {
            throw ControlFailure(status: .usage, message: "a duration is negative, or longer than a hundred years")
        }
    }
}

/// Removes schedules, all or none.
package struct RemoveSchedules: ControlOperation {
    package static let path = "schedules/remove"
    package static let right = Right.edit
    package static let sizeLimit = RequestSize.names
    package var secrets: [SecretName]

    package init(secrets: [SecretName]) {
        self.secrets = secrets
    }

    /// Answers the rotations that are open, which go on.
    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> [RotationID] {
        try ledger.remove(RequestLimits.distinct(secrets), actor: context.caller.actor, now: context.now)
    }
}

/// Pauses schedules, all or none.
package struct PauseSchedules: ControlOperation {
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

    /// Answers the rotations that are open, which go on.
    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> [RotationID] {
        try RequestLimits.check(["reason": reason])
        let pause = Schedule.Pause(since: context.now, until: until, reason: reason)
        return try ledger.pause(RequestLimits.distinct(secrets), pause, actor: context.caller.actor)
    }
}

/// Resumes schedules, all or none.
package struct ResumeSchedules: ControlOperation {
    package static let path = "schedules/resume"
    package static let right = Right.operate
    package static let sizeLimit = RequestSize.names
    package var secrets: [SecretName]

    package init(secrets: [SecretName]) {
        self.secrets = secrets
    }

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> [ScheduleBrief] {
        try ledger.resume(RequestLimits.distinct(secrets), actor: context.caller.actor, now: context.now).map(
            ScheduleBrief.init
        )
    }
}
