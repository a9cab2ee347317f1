package import Scheduling

/// What it takes to bring the schedules to what is desired: it can be shown before anything is changed.
package struct SchedulePlan: Hashable, Sendable {
    /// One change.
    package enum Step: Hashable, Sendable {
        case add(Schedule)
        case change(from: Schedule, to: Schedule)
        case remove(Schedule)
    }

    /// The changes, by secret; what is as it should be has none.
    package let steps: [Step]
    /// How many schedules are as they should be.
    package let unchanged: Int

    /// Compares the schedules that exist with the desired ones.
    ///
    /// - Parameters:
    ///   - current: All schedules.
    ///   - desired: The schedules as they should be, each secret once.
    ///   - prune: Whether a schedule that is not desired is removed.
    ///   - now: When the plan is carried out.
    ///   - rotatesAdded: Whether what is added is due at once.
    package init(current: [Schedule], desired: [DesiredSchedule], prune: Bool, now: Instant, rotatesAdded: Bool = false)
    {
        var left = Dictionary(current.map { ($0.secret, $0) }) { first, _ in first }
        var steps: [Step] = []
        var unchanged = 0
        for target in desired {
            let schedule = left.removeValue(forKey: target.secret)
            let step = target.step(from: schedule, now: now, rotatesAdded: rotatesAdded)
            if let step { steps.append(step) } else { unchanged += 1 }
        }
        if prune { steps += left.values.map(Step.remove) } else { unchanged += left.count }
        self.init(steps: steps, unchanged: unchanged)
    }

    /// A plan that was carried out step by step.
    package init(steps: [Step], unchanged: Int) {
        self.steps = steps.map { ($0.secret, $0) }
            .sorted { ($0.0.hub, $0.0.alias.text) < ($1.0.hub, $1.0.alias.text) }
            .map(\.1)
        self.unchanged = unchanged
    }
}

/// A schedule as it should be, which a file of schedules or an edit describes.
package struct DesiredSchedule: Hashable, Sendable, Codable {
    package var secret: SecretName
    package var definition: ScheduleDefinition

    package init(secret: SecretName, definition: ScheduleDefinition) {
        self.secret = secret
        self.definition = definition
    }
}

extension DesiredSchedule {
    /// What it takes to have it; nil where the schedule is as it should be.
    ///
    /// - Parameters:
    ///   - schedule: The secret's; nil where it has none.
    ///   - now: When the step is carried out.
    ///   - rotatesAdded: Whether a schedule that is added is due at once.
    package func step(from schedule: Schedule?, now: Instant, rotatesAdded: Bool = false) -> SchedulePlan.Step? {
        guard let schedule else {
            return .add(Schedule(adding: definition, for: secret, now: now, rotatesAtOnce: rotatesAdded))
        }
        guard schedule.definition != definition else { return nil }
        return .change(from: schedule, to: schedule.redefined(as: definition, now: now))
    }
}

extension SchedulePlan.Step {
    /// The secret that it is about.
    package var secret: SecretName {
        switch self {
        case .add(let schedule), .change(_, let schedule), .remove(let schedule): schedule.secret
        }
    }

    /// The step as it is shown.
    package var difference: ScheduleDifference {
        switch self {
        case .add(let schedule):
            return .init(secret: secret, change: .added, new: schedule.definition.fields, nextDue: schedule.nextDue)
        case .remove(let schedule):
            return .init(secret: secret, change: .removed, old: schedule.definition.fields)
        case .change(let before, let after):
            let (old, new) = (before.definition.fields, after.definition.fields)
            return .init(
                secret: secret,
                change: .changed,
                old: old.filter { new[$0.key] != $0.value },
                new: new.filter { old[$0.key] != $0.value },
                nextDue: after.nextDue
            )
        }
    }
}

/// What a change makes of a schedule.
package struct ScheduleDifference: Hashable, Sendable, Codable {
    /// What happens to it.
    package enum Change: String, Sendable, Codable {
        case added
        case changed
        case removed
    }

    package var secret: SecretName
    package var change: Change
    /// What goes, by the keys of the schedule file.
    package var old: [String: JSONValue]
    /// What comes.
    package var new: [String: JSONValue]
    /// When it is due then; nil for never, and for a schedule that goes.
    package var nextDue: Instant?

    package init(
        secret: SecretName,
        change: Change,
        old: [String: JSONValue] = [:],
        new: [String: JSONValue] = [:],
        nextDue: Instant? = nil
    ) {
        self.secret = secret
        self.change = change
        self.old = old
        self.new = new
        self.nextDue = nextDue
    }
}
