package import Scheduling

extension Schedule {
    /// The first slot that is strictly later than an instant, and when its rotation is due: up to the jitter later.
    ///
    /// - Returns: nil if the cadence names no slots.
    package func next(after instant: Instant) -> (slot: Instant, due: Instant)? {
        definition.nextSlot(after: instant, anchor: anchor).map { ($0, due($0)) }
    }

    /// When the rotation of a slot is due: up to the jitter later.
    func due(_ slot: Instant) -> Instant {
        slot.advanced(by: Jitter.delay(of: "\(secret)", slot: slot, limit: definition.jitter))
    }

    /// The instant from which slots fire: the end of a pause that has one, otherwise now.
    package func slotsBegin(now: Instant) -> Instant {
        isPaused(at: now) ? max(now, pause?.until ?? now) : now
    }

    /// Sets the next step to the first slot after an instant.
    package mutating func awaitSlot(after instant: Instant) {
        nextStep = next(after: instant).map { .slot($0.slot, due: $0.due) } ?? .never
    }

    /// Defers the next step to an instant, if that is later than its due instant.
    ///
    /// - Returns: Whether it waits longer than before.
    @discardableResult
    package mutating func putOff(until instant: Instant?) -> Bool {
        guard let instant, let nextDue, instant > nextDue else { return false }
        nextStep = nextStep.moved(to: instant)
        return true
    }
}

// MARK: Age

extension Schedule {
    /// Since when the secret is overdue, because its value is older than `max_age`; nil if it is not.
    ///
    /// The one definition, for `status`, `rotate-now --overdue`, USR1 and `schedule list`; the view `schedule_current`
    /// repeats it in SQL.
    package func overdueSince(now: Instant) -> Instant? {
        expiry.flatMap { $0 <= now ? $0 : nil }
    }

    /// When the value becomes older than the schedule allows; nil for never.
    ///
    /// The age of a value that was never rotated counts from when the schedule was added.
    package var expiry: Instant? {
        definition.maxAge.map { (lastSuccess ?? anchor).advanced(by: $0) }
    }
}
