import Scheduling

/// How requests shorten a back-off without standing for it.
extension RotationState {
    /// Sets the next try after one that has failed.
    ///
    /// Where a request had brought the failed try forward, the next request brings the new one forward to the policy's
    /// cap at the earliest: the number of tries does not grow with the number of requests.
    mutating func putOff(by delay: Duration, _ pace: Pace) {
        wakeAt = pace.now.advanced(by: delay)
        let shortest = min(delay, pace.plan.retry.cap)
        tally.hurryFloor = tally.isHurried ? pace.now.advanced(by: shortest) : nil
        tally.isHurried = false
    }

    /// Brings the next try forward, once, and not before what the hub asked for.
    mutating func bringForward(_ now: Instant) {
        guard isTried, !tally.isHurried, let wakeAt else { return }
        let earliest = [tally.floor, tally.hurryFloor].compactMap { $0 }.reduce(now, max)
        guard earliest < wakeAt else { return }
        self.wakeAt = earliest
        tally.isHurried = true
    }

    /// Ends a wait that the hub had asked for: a person knows that it is over.
    mutating func liftFloor(_ now: Instant) {
        guard isTried, let floor = tally.floor, floor > now else { return }
        tally.floor = nil
        wakeAt = wakeAt.map { min($0, now) }
    }

    /// Whether what is to be done next is tried until it succeeds, and no outcome is recorded yet.
    ///
    /// Lists that are to confirm an update are none: they come within seconds of each other, for a limited time.
    private var isTried: Bool {
        switch phase {
        case .claimed, .staged, .installed, .tested, .delivering, .withdrawing, .abandoning: true
        case .generated, .delivered, .succeeded, .finishHeld, .finishFailed, .finished: false
        case .failed, .abandoned, .parked, .closed: false
        }
    }
}
