package import Scheduling

extension Schedule {
    /// A clock that is set back by no more than this can't have a slot fire twice; one that was ahead by more is put right
    /// by ``adjustedForClockStep(now:farthest:)``.
    private static let smallStep = Duration.seconds(3600)

    /// The largest number of consecutive unusable values.
    private static let unusableLimit = 3

    /// The schedule after one of its rotations has ended.
    ///
    /// Slots that were missed meanwhile coalesce: the next due instant is the first slot after now. A rotation that was
    /// requested begins the period anew; a scheduled one keeps the cadence's grid. After a failure the next try is put off
    /// by the retry policy's cycle delays, and serves the same slot.
    package func after(_ ending: Ending, of rotation: Rotation, now: Instant, retry: RetryPolicy) -> Schedule {
        var schedule = self
        schedule.seenUpdates = rotation.state.evidence.seen
        switch ending {
        case .succeeded: schedule.noteSuccess(of: rotation, now: now)
        case .failed(let failure) where failure.isReplaced: schedule.replace(rotation, now: now)
        case .failed(let failure): schedule.noteFailure(failure, of: rotation, now: now, retry: retry)
        case .abandoned(let decision): schedule.noteAbandoning(of: rotation, decision, now: now)
        }
        return schedule
    }

    private mutating func noteSuccess(of rotation: Rotation, now: Instant) {
        if !rotation.trigger.isScheduled { anchor = now }
        noteInForce(rotation, now: now)
        let served = rotation.slot.map { $0 <= now.advanced(by: Self.smallStep) ? max($0, now) : now }
        awaitSlot(after: served ?? now)
        // Opened later than now, by a fast clock.
        putOff(until: min(rotation.openedAt, now).advanced(by: definition.minInterval))
    }

    /// Opens another rotation at once in place of the replaced one, which does not count as a failure.
    private mutating func replace(_ rotation: Rotation, now: Instant) {
        let slot = min(rotation.slot ?? now, now)
        if failures > 0 {
            nextStep = .retry(of: isForAdding(rotation) ? nil : slot, due: now)
        } else {
            nextStep = isForAdding(rotation) ? .requestedOnAdding(due: now) : .slot(slot, due: now)
        }
    }

    private mutating func noteFailure(_ failure: Failure, of rotation: Rotation, now: Instant, retry: RetryPolicy) {
        failures += 1
        // An unusable value is made anew at once, three of them at the most; then the next try waits like any other.
        let isMadeAnew = failure.kind == Failure.unusableValue.kind && failures < Self.unusableLimit
        let due = now.advanced(by: isMadeAnew ? .zero : retry.cycleDelay(afterCycles: failures))
        // Its slot lies in the future where the clock was set back meanwhile.
        nextStep = .retry(of: isForAdding(rotation) ? nil : min(rotation.slot ?? due, due), due: due)
    }

    private mutating func noteAbandoning(of rotation: Rotation, _ decision: Decision?, now: Instant) {
        if decision == .keep {
            // The hub has the new value, since an unknown time: the age counts from the latest.
            noteInForce(rotation, now: now)
        } else if decision == nil && rotation.state.tally.isAmbiguous {
            // The hub may have either value, so any next value counts as a change, even the previous one.
            lastFingerprint = nil
            if definition.generator.isWatched { adoption = .deliverWhatever }
        }
        awaitSlot(after: now)
    }

    /// Records the value that the hub has.
    private mutating func noteInForce(_ rotation: Rotation, now: Instant) {
        lastSuccess = now
        failures = 0
        guard let fingerprint = rotation.fingerprint else { return }
        lastFingerprint = fingerprint
        if definition.generator.isWatched { adoption = .adopted(fingerprint) }
    }

    /// Whether a rotation does what was requested when the schedule was added.
    private func isForAdding(_ rotation: Rotation) -> Bool {
        rotation.trigger.isScheduled && nextStep.isForAdding
    }
}
