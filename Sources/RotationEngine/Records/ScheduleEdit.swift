package import AIHubClient
package import Scheduling
package import ValueGenerators

/// What somebody changes about a schedule; what is nil stays as it is.
package struct ScheduleEdit: Hashable, Sendable, Codable {
    /// What becomes of a key that a schedule need not have.
    package enum Setting<T: Hashable & Sendable & Codable>: Hashable, Sendable, Codable {
        case set(T)
        case removed

        /// The key's new value.
        package var value: T? {
            if case .set(let value) = self { value } else { nil }
        }
    }

    package var cadence: Cadence?
    package var timezone: Setting<String>?
    package var generator: GeneratorSpecification?
    package var minInterval: Duration?
    package var access: Setting<WorkspaceAccess>?
    package var description: Setting<String>?
    package var finishAfter: Duration?
    package var owner: Setting<String>?
    package var policy: Setting<String>?

    /// An edit that changes nothing.
    package init() {}

    /// The definition that the edit makes of another one.
    package func applied(to old: ScheduleDefinition) -> ScheduleDefinition {
        var new = old
        if let cadence {
            new.cadence = cadence
            // A minimum that was never chosen follows the cadence, or it could be longer than the new period.
            let wasStandard = old.minInterval == ScheduleDefinition.standardMinInterval(for: old.cadence)
            if wasStandard { new.minInterval = ScheduleDefinition.standardMinInterval(for: cadence) }
        }
        if let timezone { new.timezone = timezone.value }
        if let generator { new.generator = generator }
        if let minInterval { new.minInterval = minInterval }
        if let access { new.access = access.value }
        if let description { new.description = description.value }
        if let finishAfter { new.finishAfter = finishAfter }
        if let owner { new.owner = owner.value }
        if let policy { new.policy = policy.value }
        return new
    }
}

extension Schedule {
    /// The schedule with another definition.
    ///
    /// Another cadence counts from the last success on. Where that names an instant that has passed, it counts from now,
    /// but comes no later than the old one would have. And an edit neither makes nor cancels work: what is due already
    /// stays due, a retry after a failure comes no later, and a pause is waited out.
    package func redefined(as new: ScheduleDefinition, now: Instant) -> Schedule {
        var schedule = self
        schedule.definition = new
        guard new.cadence != definition.cadence, isPaused(at: now) || nextDue > now else { return schedule }
        let start = max(now, isPaused(at: now) ? pause?.until ?? now : now)
        let last = min(lastSuccess ?? anchor, now)
        let first = new.cadence.nextSlot(after: last, anchor: last)
        if first > start {
            schedule.anchor = last
            schedule.nextDue = first
        } else {
            schedule.anchor = start
            let slot = new.cadence.nextSlot(after: start, anchor: start)
            schedule.nextDue = nextDue > start ? min(slot, nextDue) : slot
        }
        if failures > 0 { schedule.nextDue = min(nextDue, schedule.nextDue) }
        return schedule
    }
}
