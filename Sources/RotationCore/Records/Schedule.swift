package import Scheduling

/// A schedule: its definition, and where it stands.
package struct Schedule: Hashable, Sendable {
    package var secret: SecretName
    package var definition: ScheduleDefinition
    /// Where its cadence begins to count.
    package internal(set) var anchor: Instant
    /// What it does next by itself.
    package internal(set) var nextStep: NextStep
    /// Why it does not rotate by itself.
    package var pause: Pause?
    /// When its last rotation was opened; nil for never.
    package var lastOpened: Instant?
    /// When its last rotation succeeded; nil for never.
    package var lastSuccess: Instant?
    /// The keyed fingerprint of the last value that was delivered.
    package var lastFingerprint: [UInt8]?
    /// What is known of the value in force, where values come from an external source.
    package internal(set) var adoption: Adoption
    /// How many rotations have failed since the last success; at least one where the next step is a retry.
    package internal(set) var failures: Int
    /// Values of the hub's `updated_at` that its rotations have seen, the newest last.
    package var seenUpdates: [Int64]

    /// A schedule as it stands.
    ///
    /// - Parameter failures: A retry counts as one at least.
    package init(
        secret: SecretName,
        definition: ScheduleDefinition,
        anchor: Instant,
        nextStep: NextStep,
        pause: Pause? = nil,
        lastOpened: Instant? = nil,
        lastSuccess: Instant? = nil,
        lastFingerprint: [UInt8]? = nil,
        adoption: Adoption = .notYet,
        failures: Int = 0,
        seenUpdates: [Int64] = []
    ) {
        self.secret = secret
        self.definition = definition
        self.anchor = anchor
        self.nextStep = nextStep
        self.pause = pause
        self.lastOpened = lastOpened
        self.lastSuccess = lastSuccess
        self.lastFingerprint = lastFingerprint
        self.adoption = definition.generator.isWatched ? adoption : .notYet
        self.failures = nextStep.isRetry ? max(failures, 1) : failures
        self.seenUpdates = seenUpdates
    }

    /// A schedule that is added now.
    ///
    /// Its first slot is one full period away, or the calendar's next one, as adding it rotates nothing.
    ///
    /// - Parameter rotatesAtOnce: Whether a rotation is requested with it.
    package init(
        adding definition: ScheduleDefinition,
        for secret: SecretName,
        now: Instant,
        rotatesAtOnce: Bool = false
    ) {
        self.init(secret: secret, definition: definition, anchor: now, nextStep: .requestedOnAdding(due: now))
        if rotatesAtOnce {
            if definition.generator.isWatched { adoption = .deliverWhatever }
        } else {
            awaitSlot(after: now)
        }
    }
}

extension Schedule {
    /// When its next step is due; nil for never.
    package var nextDue: Instant? { nextStep.due }

    /// The slot that its next rotation is recorded with; nil for never.
    ///
    /// What was requested on adding is recorded with the instant of that.
    package var slot: Instant? { nextStep.isForAdding ? anchor : nextStep.slot }
}

// MARK: Pauses

extension Schedule {
    /// A pause, with its reason and optional end.
    package struct Pause: Hashable, Sendable {
        /// Since when.
        package var since: Instant
        /// Until when; nil for until it is resumed.
        package var until: Instant?
        /// Why.
        package var reason: String?

        package init(since: Instant, until: Instant? = nil, reason: String? = nil) {
            self.since = since
            self.until = until
            self.reason = reason
        }
    }

    /// Whether it is paused at an instant.
    package func isPaused(at now: Instant) -> Bool {
        guard let pause else { return false }
        return pause.until.map { now < $0 } ?? true
    }

    /// The schedule once it is paused.
    ///
    /// A slot within a pause that ends by itself does not fire at its end: the next one does.
    package func paused(_ pause: Pause) -> Schedule {
        var schedule = self
        schedule.pause = pause
        // A pause before this one may have moved the next rotation behind its own end.
        let wasPaused = self.pause != nil
        if let until = pause.until, wasPaused || nextDue.map({ $0 <= until }) ?? false {
            schedule.awaitSlot(after: until)
        }
        return schedule
    }

    /// The schedule once its pause has been ended: a slot that passed meanwhile does not fire, the next one does.
    package func resumed(now: Instant) -> Schedule {
        var schedule = self
        schedule.pause = nil
        schedule.awaitSlot(after: now)
        return schedule
    }
}
