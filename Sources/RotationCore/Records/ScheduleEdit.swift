package import Scheduling

/// A change of a schedule; nil fields stay unchanged.
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
    package var timezone: Setting<Zone>?
    package var window: Setting<Duration>?
    package var jitter: Duration?
    package var maxAge: Setting<Duration>?
    package var catchUp: ScheduleDefinition.CatchUp?
    package var group: Setting<String>?
    package var groupSpacing: Duration?
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
        if let window { new.window = window.value }
        if let jitter { new.jitter = jitter }
        if let maxAge { new.maxAge = maxAge.value }
        if let catchUp { new.catchUp = catchUp }
        if let group {
            new.group = group.value.map { .init(name: $0, spacing: old.group?.spacing ?? .zero) }
        }
        if let groupSpacing { new.group?.spacing = groupSpacing }
        if let generator {
            new.generator = generator
            if generator.isWatched && cadence == nil { new.cadence = .onChange }
        }
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
        if !new.generator.filePaths.isExactly(definition.generator.filePaths) { schedule.adoptSource(definition) }
        let isDue = nextDue.map { $0 <= now } ?? false
        guard isPaused(at: now) || !isDue, new.namesOtherSlots(than: definition) else { return schedule }
        let start = slotsBegin(now: now)
        switch new.cadence {
        case .every:
            guard new.cadence != definition.cadence else {
                schedule.moveDue(after: start)
                break
            }
            schedule.beginPeriod(from: min(lastSuccess ?? anchor, now), start: start, old: self)
        case .cron, .onChange:
            schedule.awaitSlot(after: start)
        }
        if case .retry(_, let due) = nextStep, schedule.nextDue.map({ due <= $0 }) ?? true {
            schedule.nextStep = nextStep
        }
        return schedule
    }

    /// Has the next look take what another source holds for what is in force: nothing rotates because it was edited.
    ///
    /// Where something was to be delivered, what the new source holds is.
    private mutating func adoptSource(_ old: ScheduleDefinition) {
        let isIdle = !old.generator.isWatched || nextStep == .never && failures == 0
        adoption = isIdle || !definition.generator.isWatched ? .notYet : .deliverWhatever
    }

    /// Keeps the slot, whose jitter is another one; nothing else has a jitter.
    private mutating func moveDue(after start: Instant) {
        guard case .slot(let slot, _) = nextStep else { return }
        if due(slot) > start { nextStep = .slot(slot, due: due(slot)) } else { awaitSlot(after: start) }
    }

    private mutating func beginPeriod(from last: Instant, start: Instant, old: Schedule) {
        if definition.nextSlot(after: last, anchor: last).map({ $0 > start }) ?? true {
            anchor = last
            awaitSlot(after: last)
        } else {
            anchor = start
            awaitSlot(after: start)
            if let due = old.nextDue, due > start, nextDue.map({ due < $0 }) ?? true { nextStep = .slot(due, due: due) }
        }
    }
}

extension ScheduleDefinition {
    /// Whether slots, or when their rotations are due, are other ones by this definition.
    fileprivate func namesOtherSlots(than old: ScheduleDefinition) -> Bool {
        if cadence != old.cadence || jitter != old.jitter { return true }
        if case .cron = cadence { return timezone != old.timezone }
        return false
    }
}
