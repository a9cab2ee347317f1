import Scheduling

/// How requests shorten a back-off without standing for it.
extension RotationState {
    /// Sets the next try after a failed one.
    ///
    /// If a request had brought the failed try forward, the next request can bring the new one forward only to the
    /// policy's cap: more requests do not cause more tries.
    mutating func putOff(by delay: Duration, _ pace: Pace) {
        wakeAt = pace.now.advanced(by: delay)
        let shortest = min(delay, pace.plan.retry.cap)
        tally.hurryFloor = tally.isHurried ? pace.now.advanced(by: shortest) : nil
        tally.isHurried = false
    }

    /// Brings the next try forward, once, and not before the end of `Retry-After`.
    mutating func bringForward(_ now: Instant) {
        guard isTried, !tally.isHurried, let wakeAt else { return }
        let earliest = [tally.floor, tally.hurryFloor].compactMap { $0 }.reduce(now, max)
        guard earliest < wakeAt else { return }
        self.wakeAt = earliest
        tally.isHurried = true
    }

    /// Ends a wait for `Retry-After`, because a person has lifted the pause.
    mutating func liftFloor(_ now: Instant) {
        guard isTried, let floor = tally.floor, floor > now else { return }
        tally.floor = nil
        wakeAt = wakeAt.map { min($0, now) }
    }

    /// Whether the next action is retried until it succeeds, and no outcome is recorded yet.
    ///
    /// Lists that confirm an update do not count: they follow each other within seconds, for a limited time.
    private var isTried: Bool {
        switch phase {
        case .claimed, .staged, .installed, .tested, .delivering, .withdrawing, .abandoning: true
        case .generated, .delivered, .succeeded, .finishHeld, .finishFailed, .finished: false
        case .failed, .abandoned, .parked, .closed: false
        }
    }
}
