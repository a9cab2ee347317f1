package import Scheduling

extension Schedule {
    /// The first slot that is strictly later than an instant, and when its rotation is due: up to the jitter later.
    package func next(after instant: Instant) -> (slot: Instant, due: Instant) {
        let slot = definition.nextSlot(after: instant, anchor: anchor)
        return (slot, due(slot))
    }

    /// When the rotation of a slot is due: up to the jitter later.
    func due(_ slot: Instant) -> Instant {
        slot.advanced(by: Jitter.delay(of: "\(secret)", slot: slot, limit: definition.jitter))
    }

    /// From when on slots fire: from the end of a pause that ends by itself, else from now.
    package func slotsBegin(now: Instant) -> Instant {
        isPaused(at: now) ? max(now, pause?.until ?? now) : now
    }

    /// Has the next rotation serve the first slot after an instant.
    package mutating func awaitSlot(after instant: Instant) {
        (slot, nextDue) = next(after: instant)
    }

    /// Since when the secret is overdue, as its value is older than `max_age`; nil where it is not.
    ///
    /// The one definition, for `status`, `rotate-now --overdue`, USR1 and `schedule list`.
    package func overdueSince(now: Instant) -> Instant? {
        expiry.flatMap { $0 <= now ? $0 : nil }
    }

    /// When the value becomes older than the schedule allows; nil for never.
    ///
    /// The age of a value that was never rotated counts from when the schedule was added.
    var expiry: Instant? {
        definition.maxAge.map { (lastSuccess ?? anchor).advanced(by: $0) }
    }

    /// The schedule after a clock that was ahead has been put right.
    ///
    /// What lies in the future is taken for now, and a next due instant that its cadence, minimum interval or retry can't
    /// have meant becomes the first slot after now. The slot after the next one can be meant: the next one may have fired
    /// already by the clock that was ahead, and must not fire twice.
    package func broughtBack(to now: Instant, farthest: Duration) -> Schedule {
        var schedule = self
        schedule.anchor = min(anchor, now)
        schedule.lastOpened = lastOpened.map { min($0, now) }
        schedule.lastSuccess = lastSuccess.map { min($0, now) }
        let first = schedule.next(after: slotsBegin(now: now))
        let earliest = schedule.lastOpened.map { $0.advanced(by: definition.minInterval) } ?? now
        let second = schedule.next(after: first.slot)
        let latest =
            if nextDue == .distantFuture && definition.cadence == .onChange {
                Instant.distantFuture
            } else if failures > 0 {
                now.advanced(by: farthest)
            } else {
                definition.cadence == .onChange ? earliest : max(second.due, earliest)
            }
        guard nextDue > latest else { return schedule }
        // A retry comes at once; what is at the anchor would pass for what somebody asked for.
        let retry = now.advanced(by: .milliseconds(1))
        (schedule.slot, schedule.nextDue) =
            failures > 0 ? (retry, retry) : (first.slot, max(first.due, earliest))
        return schedule
    }
}

// MARK: What a rotation's end does to a schedule

extension Schedule {
    /// A clock that is set back by no more than this can't have a slot fire twice; one that was ahead by more is put right
    /// by ``broughtBack(to:farthest:)``.
    private static let smallStep = Duration.seconds(3600)

    /// How many unusable values are made one after the other.
    private static let unusableLimit = 3

    /// Remembers which value the hub has.
    private mutating func takeForInForce(_ fingerprint: [UInt8]?) {
        lastFingerprint = fingerprint ?? lastFingerprint
        if definition.generator.isWatched { adoptedFingerprint = fingerprint ?? adoptedFingerprint }
    }

    /// The schedule after one of its rotations has ended.
    ///
    /// Slots that were missed meanwhile coalesce: the next due instant is the first slot after now. A rotation that
    /// somebody asked for begins the period anew; a scheduled one keeps the cadence's grid. After a failure the next
    /// try is put off by the retry policy's cycle delays, and serves the same slot.
    package func after(_ ending: Ending, of rotation: Rotation, now: Instant, retry: RetryPolicy) -> Schedule {
        var schedule = self
        schedule.seenUpdates = rotation.state.evidence.seen
        switch ending {
        case .succeeded:
            if !rotation.trigger.isScheduled { schedule.anchor = now }
            schedule.lastSuccess = now
            schedule.takeForInForce(rotation.fingerprint)
            schedule.failures = 0
            let served = rotation.slot.map { $0 <= now.advanced(by: Self.smallStep) ? max($0, now) : now }
            schedule.awaitSlot(after: served ?? now)
            // Opened later than now: by a clock that was ahead.
            let openedAt = min(rotation.openedAt, now)
            schedule.nextDue = max(schedule.nextDue, openedAt.advanced(by: definition.minInterval))
        case .failed(let failure) where failure.isReplaced:
            schedule.nextDue = now
            schedule.slot = min(rotation.slot ?? now, now)
        case .failed(let failure):
            schedule.failures += 1
            // An unusable value is made anew at once, three of them at the most; then the next try waits like any other.
            let delay =
                failure.kind == Failure.unusableValue.kind && schedule.failures < Self.unusableLimit
                ? .zero : retry.cycleDelay(afterCycles: schedule.failures)
            schedule.nextDue = now.advanced(by: delay)
            // Its slot lies in the future where the clock was set back meanwhile.
            schedule.slot = min(rotation.slot ?? schedule.nextDue, schedule.nextDue)
        case .abandoned(let decision):
            if decision == .keep {
                // The hub has the new value, since some time that nobody knows: the age counts from the latest.
                schedule.lastSuccess = now
                schedule.takeForInForce(rotation.fingerprint)
                schedule.failures = 0
            } else if decision == nil && rotation.state.tally.isAmbiguous {
                // The hub may have either value: whatever comes next is another one, also the one before.
                schedule.lastFingerprint = nil
                if definition.generator.isWatched { schedule.adoptedFingerprint = [] }
            }
            schedule.awaitSlot(after: now)
        }
        return schedule
    }
}
