package import Scheduling

extension Schedule {
    /// The schedule after a fast clock was set back.
    ///
    /// What lies in the future is taken for now, and a next step that its cadence, minimum interval or retry can't have meant
    /// is brought back to where it can: a slot becomes the first one after now. The slot after the next one can be meant:
    /// the next one may have fired already by the clock that was ahead, and must not fire twice.
    ///
    /// - Parameter farthest: The longest wait of the retry policy.
    package func adjustedForClockStep(now: Instant, farthest: Duration) -> Schedule {
        var schedule = self
        schedule.anchor = min(anchor, now)
        schedule.lastOpened = lastOpened.map { min($0, now) }
        schedule.lastSuccess = lastSuccess.map { min($0, now) }
        schedule.bringBackNextStep(now: now, farthest: farthest)
        return schedule
    }

    private mutating func bringBackNextStep(now: Instant, farthest: Duration) {
        let earliest = lastOpened.map { max(now, $0.advanced(by: definition.minInterval)) } ?? now
        switch nextStep {
        case .never: break
        case .slot(_, let due): bringBackSlot(due: due, now: now, earliest: earliest)
        case .requestedOnAdding(let due):
            // It was due as soon as it was requested.
            nextStep = .requestedOnAdding(due: min(due, earliest))
        case .retry(let slot, let due):
            guard due > now.advanced(by: farthest) else { break }
            // It comes at once, and within its window.
            nextStep = .retry(of: slot.map { _ in now }, due: now)
        }
    }

    private mutating func bringBackSlot(due: Instant, now: Instant, earliest: Instant) {
        guard definition.cadence != .onChange else {
            // The next look makes it due again.
            if due > earliest { nextStep = .never }
            return
        }
        guard let first = next(after: slotsBegin(now: now)), let second = next(after: first.slot),
            due > max(second.due, earliest)
        else { return }
        nextStep = .slot(first.slot, due: max(first.due, earliest))
    }
}
