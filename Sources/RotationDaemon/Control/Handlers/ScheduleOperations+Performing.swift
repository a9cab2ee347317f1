package import ControlAPI
package import RotationCore
package import RotationStore
import Scheduling

extension AddSchedules: TransactionOperation {
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

extension EditSchedules: TransactionOperation {
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

extension ApplySchedules: LedgerOperation {
    package func perform(on queue: some LedgerQueue, _ context: OperationContext) async throws -> Answer {
        for target in desired { try target.definition.check(of: target.secret) }
        for generator in Set(desired.map(\.definition.generator)) { try context.check(generator) }
        let order = ScheduleOrder(
            desired,
            prune: prune,
            rotatesAdded: rotatesOnAdopt,
            actor: context.caller.actor,
            now: context.now
        )
        return Answer(try await queue.apply(order))
    }
}

extension OperationContext {
    /// Checks a generator against the configuration: a foreign client, or one with an old configuration, may not have
    /// done so.
    fileprivate func check(_ generator: GeneratorSpecification) throws(ControlFailure) {
        if let refusal = refusal(generator) {
            throw ControlFailure(status: .usage, message: "generator: \(refusal)")
        }
    }
}

extension ScheduleDefinition {
    /// Checks a definition from a client other than our commands.
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

extension RemoveSchedules: TransactionOperation {
    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> [RotationID] {
        try ledger.remove(RequestLimits.distinct(secrets), actor: context.caller.actor, now: context.now)
    }
}

extension PauseSchedules: TransactionOperation {
    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> [RotationID] {
        try RequestLimits.check(["reason": reason])
        let pause = Schedule.Pause(since: context.now, until: until, reason: reason)
        return try ledger.pause(RequestLimits.distinct(secrets), pause, actor: context.caller.actor)
    }
}

extension ResumeSchedules: TransactionOperation {
    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> [ScheduleBrief] {
        try ledger.resume(RequestLimits.distinct(secrets), actor: context.caller.actor, now: context.now).map(
            ScheduleBrief.init
        )
    }
}
