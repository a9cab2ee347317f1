package import Scheduling

extension Schedule {
    /// What is to be done about a schedule that is due.
    package enum Verdict: Hashable, Sendable {
        /// Open a rotation; `afterWindow` where it begins outside its window, as its value would become too old.
        case begin(afterWindow: Bool)
        /// Nothing yet.
        case wait(until: Instant)
        /// The slot has passed, and no rotation makes up for it.
        case miss(Reason)
    }

    /// Why a slot was missed.
    package enum Reason: String, Hashable, Sendable {
        /// Its window was over before a rotation could begin.
        case window
        /// The daemon was down, and the schedule wants such slots skipped.
        case skipped
    }

    /// No rotation that catches up begins later than this after the daemon's start.
    private static let spreadLimit = Duration.seconds(1800)

    /// Decides about a schedule whose time has come; pauses, groups and hubs are somebody else's matter.
    ///
    /// - Parameters:
    ///   - now: The present instant.
    ///   - startedAt: When the daemon began: a slot that was due before was missed while it was down.
    package func verdict(now: Instant, startedAt: Instant) -> Verdict {
        guard nextDue <= now else { return .wait(until: nextDue) }
        if let lastOpened {
            let earliest = lastOpened.advanced(by: definition.minInterval)
            if now < earliest { return .wait(until: earliest) }
        }
        let isTooLate = windowEnd.map { $0 < now } ?? false
        if isMissedWhileDown(startedAt: startedAt) && failures == 0 {
            if definition.catchUp == .skip && !expiresBeforeNextSlot(now: now) { return .miss(.skipped) }
            let begin = caughtUpAt(startedAt: startedAt)
            if !isTooLate && now < begin { return .wait(until: begin) }
        }
        guard isTooLate else { return .begin(afterWindow: false) }
        return expiresBeforeNextSlot(now: now) ? .begin(afterWindow: true) : .miss(.window)
    }

    /// When its slot was due, had nothing put it off.
    private var plannedAt: Instant { due(slot) }

    private var windowEnd: Instant? {
        // What somebody asked for when the schedule was added has no slot.
        isAskedFor ? nil : definition.window.map { slot.advanced(by: $0) }
    }

    /// Whether it is due because somebody wanted it to rotate when it was added: no cadence has a slot at its anchor.
    private var isAskedFor: Bool { slot <= anchor }

    /// Whether the daemon was down when its slot was due.
    package func isMissedWhileDown(startedAt: Instant) -> Bool {
        plannedAt < startedAt && !isAskedFor && definition.cadence != .onChange
    }

    private func expiresBeforeNextSlot(now: Instant) -> Bool {
        expiry.map { $0 < next(after: now).due } ?? false
    }

    /// When a slot that was missed while the daemon was down is caught up with.
    ///
    /// Soon after a short time, but spread out after a long one, so that a restart is no herd. It stays within its window,
    /// and before the next slot.
    private func caughtUpAt(startedAt: Instant) -> Instant {
        // Put off once already, or too old: at once.
        guard nextDue <= plannedAt, overdueSince(now: startedAt) == nil else { return nextDue }
        let late = plannedAt.duration(to: startedAt)
        let gap = startedAt.duration(to: next(after: startedAt).slot)
        let limit = min(late / 10, gap / 2, Self.spreadLimit)
        let begin = startedAt.advanced(by: Jitter.delay(of: "\(secret)", slot: slot, limit: limit))
        return windowEnd.map { min(begin, $0) } ?? begin
    }
}
