package import Scheduling

extension Schedule {
    /// The decision about a due schedule.
    package enum Verdict: Hashable, Sendable {
        /// Open a rotation; `afterWindow` where it begins outside its window, as its value would become too old.
        case begin(afterWindow: Bool)
        /// Nothing yet; nil for until something else changes the schedule.
        case wait(until: Instant?)
        /// The slot is missed, without a rotation.
        case miss(slot: Instant, Reason)
    }

    /// Why a slot was missed.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        /// Its window was over before a rotation could begin.
        case window
        /// The daemon was down, and the schedule skips such slots.
        case skipped
    }

    /// The time after the daemon's start within which catch-up rotations begin.
    private static let spreadLimit = Duration.seconds(1800)

    /// Decides about a due schedule; pauses, groups and hubs are checked elsewhere.
    ///
    /// - Parameters:
    ///   - now: The present instant.
    ///   - startedAt: When the daemon began: a slot that was due before was missed while it was down.
    package func verdict(now: Instant, startedAt: Instant) -> Verdict {
        guard let nextDue, nextDue <= now else { return .wait(until: nextDue) }
        if let lastOpened {
            let earliest = lastOpened.advanced(by: definition.minInterval)
            if now < earliest { return .wait(until: earliest) }
        }
        // A rotation that was requested on adding has no window and no catch-up.
        guard let slot = nextStep.slot else { return .begin(afterWindow: false) }
        let windowEnd = definition.window.map { slot.advanced(by: $0) }
        let isTooLate = windowEnd.map { $0 < now } ?? false
        if isMissedWhileDown(startedAt: startedAt) && failures == 0 {
            if definition.catchUp == .skip && !expiresBeforeNextSlot(now: now) { return .miss(slot: slot, .skipped) }
            let begin = catchUpBegin(slot: slot, due: nextDue, windowEnd: windowEnd, startedAt: startedAt)
            if !isTooLate && now < begin { return .wait(until: begin) }
        }
        guard isTooLate else { return .begin(afterWindow: false) }
        return expiresBeforeNextSlot(now: now) ? .begin(afterWindow: true) : .miss(slot: slot, .window)
    }

    /// Whether the daemon was down when its slot was due.
    package func isMissedWhileDown(startedAt: Instant) -> Bool {
        guard definition.cadence != .onChange, let slot = nextStep.slot else { return false }
        return due(slot) < startedAt
    }

    private func expiresBeforeNextSlot(now: Instant) -> Bool {
        guard let expiry else { return false }
        return next(after: now).map { expiry < $0.due } ?? true
    }

    /// When a slot that was missed while the daemon was down is caught up.
    ///
    /// Soon after a short downtime, but spread out after a long one, so that a restart does not start all rotations at
    /// once. It stays within its window and before the next slot.
    private func catchUpBegin(slot: Instant, due: Instant, windowEnd: Instant?, startedAt: Instant) -> Instant {
        let planned = self.due(slot)
        // Already deferred once, or too old: now.
        guard due <= planned, overdueSince(now: startedAt) == nil else { return due }
        var limit = min(planned.duration(to: startedAt) / 10, Self.spreadLimit)
        if let next = next(after: startedAt) { limit = min(limit, startedAt.duration(to: next.slot) / 2) }
        let begin = startedAt.advanced(by: Jitter.delay(of: "\(secret)", slot: slot, limit: limit))
        return windowEnd.map { min(begin, $0) } ?? begin
    }
}
