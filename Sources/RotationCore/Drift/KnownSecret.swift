package import Scheduling

/// What the history knows about a secret that has a schedule, to hold a hub's list against.
package struct KnownSecret: Hashable, Sendable {
    /// The last rotation whose update a list has confirmed.
    package struct Delivery: Hashable, Sendable {
        package var rotation: RotationID
        package var endedAt: Instant
        /// Whether an earlier attempt of it may have arrived late.
        package var isAmbiguous: Bool
        /// The values of `updated_at` that its lists have shown; the last one is its own.
        package var seen: [Int64]

        package init(rotation: RotationID, endedAt: Instant, isAmbiguous: Bool, seen: [Int64]) {
            (self.rotation, self.endedAt, self.isAmbiguous, self.seen) = (rotation, endedAt, isAmbiguous, seen)
        }
    }

    /// nil where no rotation was confirmed.
    package var delivery: Delivery?
    /// The newest rotation, open or ended.
    package var newest: RotationID?
    /// Whether a rotation after the delivery has an attempt that the hub has not definitely refused.
    package var hasLaterAttempt = false
    /// Whether a rotation has no outcome yet.
    package var isRotating = false
    /// Until when it is held, in the past or the future.
    package var heldUntil: Instant?
    /// Whether it is to be listed once a hold has ended.
    package var hasLook = false
    /// When it was last changed by hand, through us.
    package var changedByHandAt: Instant?
    /// Whether it is recorded that the value in force is unknown.
    package var isValueUnknown = false
    /// The values of `updated_at` that its schedule remembers.
    package var seenUpdates: [Int64] = []
    /// When its value becomes older than the schedule allows; nil for never.
    package var expiry: Instant?
    package var pause: Schedule.Pause?
    /// Where its cadence begins to count: what was done to it before, while nothing was delivered, was its preparation.
    package var anchor: Instant

    package init(anchor: Instant) { self.anchor = anchor }

    /// Whether the evidence about it is in motion: a request of ours is under way, or may still arrive.
    package func isMoving(at now: Instant) -> Bool {
        isRotating || hasLook || heldUntil.map { $0 > now } ?? false
    }

    /// Whether we have changed it since the delivery, and so don't know which `updated_at` that has left.
    var isChangedByUs: Bool {
        guard let delivery else { return true }
        if hasLaterAttempt || changedByHandAt.map({ $0 >= delivery.endedAt }) ?? false { return true }
        // A late value of its own was seen at the end of the hold; later rotations have mixed that with what others did.
        return delivery.isAmbiguous && newest != delivery.rotation
    }

    /// Whether an `updated_at` is one that our delivery explains, or an older one: a replica may be stale.
    func explains(_ updatedAt: Int64) -> Bool {
        guard let delivery else { return false }
        if delivery.seen.contains(updatedAt) { return true }
        return delivery.isAmbiguous && newest == delivery.rotation && !isValueUnknown && seenUpdates.contains(updatedAt)
    }

    /// Whether a change that the hub's audit log has is to be explained by a request of ours.
    package func concerns(_ change: HubAuditEntry) -> Bool { delivery != nil || change.time >= anchor }

    /// Since when it is overdue; a paused schedule is not.
    func overdueSince(now: Instant) -> Instant? {
        if let pause, pause.until.map({ now < $0 }) ?? true { return nil }
        return expiry.flatMap { $0 <= now ? $0 : nil }
    }
}
