package import Scheduling

/// A schedule: its definition, and where it stands.
package struct Schedule: Hashable, Sendable {
    package var secret: SecretName
    package var definition: ScheduleDefinition
    /// Where its cadence begins to count.
    package var anchor: Instant
    /// The slot that the next rotation serves.
    package var slot: Instant
    /// When the next rotation is due: its slot plus jitter, or later where something has put it off.
    package var nextDue: Instant
    /// Why it does not rotate by itself.
    package var pause: Pause?
    /// When its last rotation was opened; nil for never.
    package var lastOpened: Instant?
    /// When its last rotation succeeded; nil for never.
    package var lastSuccess: Instant?
    /// The keyed fingerprint of the last value that was delivered.
    package var lastFingerprint: [UInt8]?
    /// The keyed fingerprint of what its source held when that was taken for the value in force.
    ///
    /// It was adopted, or delivered; nil for not yet, or where values are not made by others. Empty where whatever the source
    /// holds is to be delivered.
    package var adoptedFingerprint: [UInt8]?
    /// How many rotations have failed since the last success.
    package var failures: Int
    /// Values of the hub's `updated_at` that its rotations have seen, the newest last.
    package var seenUpdates: [Int64]

    /// - Parameter slot: `nextDue` if not given.
    package init(
        secret: SecretName,
        definition: ScheduleDefinition,
        anchor: Instant,
        slot: Instant? = nil,
        nextDue: Instant,
        pause: Pause? = nil,
        lastOpened: Instant? = nil,
        lastSuccess: Instant? = nil,
        lastFingerprint: [UInt8]? = nil,
        adoptedFingerprint: [UInt8]? = nil,
        failures: Int = 0,
        seenUpdates: [Int64] = []
    ) {
        self.secret = secret
        self.definition = definition
        self.anchor = anchor
        self.slot = slot ?? nextDue
        self.nextDue = nextDue
        self.pause = pause
        self.lastOpened = lastOpened
        self.lastSuccess = lastSuccess
        self.lastFingerprint = lastFingerprint
        self.adoptedFingerprint = adoptedFingerprint
        self.failures = failures
        self.seenUpdates = seenUpdates
    }

    /// A schedule that somebody adds now: its first slot is one full period away, or the calendar's next one, as nothing
    /// rotates because it was added.
    ///
    /// - Parameter rotatesAtOnce: Whether it is due at once all the same, as somebody has asked for.
    package init(
        adding definition: ScheduleDefinition,
        for secret: SecretName,
        now: Instant,
        rotatesAtOnce: Bool = false
    ) {
        self.init(secret: secret, definition: definition, anchor: now, nextDue: now)
        if rotatesAtOnce {
            if definition.generator.isWatched { adoptedFingerprint = [] }
        } else {
            awaitSlot(after: now)
        }
    }

    /// A person's wish that a schedule rest.
    package struct Pause: Hashable, Sendable {
        /// Since when.
        package var since: Instant
        /// Until when; nil for until somebody resumes it.
        package var until: Instant?
        /// Why.
        package var reason: String?

        package init(since: Instant, until: Instant? = nil, reason: String? = nil) {
            self.since = since
            self.until = until
            self.reason = reason
        }
    }

    /// Whether it rests at an instant.
    package func isPaused(at now: Instant) -> Bool {
        guard let pause else { return false }
        return pause.until.map { now < $0 } ?? true
    }
}
