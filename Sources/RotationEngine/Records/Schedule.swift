package import AIHubClient
package import Scheduling
package import ValueGenerators

/// What somebody wants of a secret: how often it rotates, and with which generator.
package struct ScheduleDefinition: Hashable, Sendable, Codable {
    /// How often.
    package var cadence: Cadence
    /// The IANA zone that the cadence is read in; nil for UTC.
    ///
    /// A period is a length of time, the same in each zone.
    package var timezone: String?
    /// With which generator.
    package var generator: GeneratorSpecification
    /// Scheduled rotations of the secret begin no closer to each other than this.
    package var minInterval: Duration
    /// Sent with each rotation, if given.
    package var access: WorkspaceAccess?
    /// Sent with each rotation, if given.
    package var description: String?
    /// How long the old credential stays valid after success, where the generator retires it.
    package var finishAfter: Duration
    /// Who answers for the secret.
    package var owner: String?
    /// The rule that asks for the rotation.
    package var policy: String?

    /// - Parameter minInterval: nil for one minute, or the cadence's period where that is shorter.
    package init(
        cadence: Cadence,
        timezone: String? = nil,
        generator: GeneratorSpecification,
        minInterval: Duration? = nil,
        access: WorkspaceAccess? = nil,
        description: String? = nil,
        finishAfter: Duration = .zero,
        owner: String? = nil,
        policy: String? = nil
    ) {
        self.cadence = cadence
        self.timezone = timezone
        self.generator = generator
        self.minInterval = minInterval ?? Self.standardMinInterval(for: cadence)
        self.access = access
        self.description = description
        self.finishAfter = finishAfter
        self.owner = owner
        self.policy = policy
    }

    /// The minimum interval where none was chosen.
    static func standardMinInterval(for cadence: Cadence) -> Duration {
        switch cadence {
        case .every(let period): min(.seconds(60), period.duration)
        }
    }
}

/// A schedule: its definition, and where it stands.
package struct Schedule: Hashable, Sendable {
    package var secret: SecretName
    package var definition: ScheduleDefinition
    /// Where its cadence begins to count.
    package var anchor: Instant
    /// When the next rotation is due.
    package var nextDue: Instant
    /// Why it does not rotate by itself.
    package var pause: Pause?
    /// When its last rotation was opened; nil for never.
    package var lastOpened: Instant?
    /// When its last rotation succeeded; nil for never.
    package var lastSuccess: Instant?
    /// The keyed fingerprint of the last value that was delivered.
    package var lastFingerprint: [UInt8]?
    /// How many rotations have failed since the last success.
    package var failures: Int

    package init(
        secret: SecretName,
        definition: ScheduleDefinition,
        anchor: Instant,
        nextDue: Instant,
        pause: Pause? = nil,
        lastOpened: Instant? = nil,
        lastSuccess: Instant? = nil,
        lastFingerprint: [UInt8]? = nil,
        failures: Int = 0
    ) {
        self.secret = secret
        self.definition = definition
        self.anchor = anchor
        self.nextDue = nextDue
        self.pause = pause
        self.lastOpened = lastOpened
        self.lastSuccess = lastSuccess
        self.lastFingerprint = lastFingerprint
        self.failures = failures
    }

    /// A schedule that somebody adds now: its first slot is one full period away, as nothing rotates because it was
    /// added.
    ///
    /// - Parameter rotatesAtOnce: Whether it is due at once all the same, as somebody has asked for.
    package init(
        adding definition: ScheduleDefinition,
        for secret: SecretName,
        now: Instant,
        rotatesAtOnce: Bool = false
    ) {
        self.init(
            secret: secret,
            definition: definition,
            anchor: now,
            nextDue: rotatesAtOnce ? now : definition.cadence.nextSlot(after: now, anchor: now)
        )
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

extension Schedule {
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
        let start = isPaused(at: now) ? max(now, pause?.until ?? now) : now
        let slot = definition.cadence.nextSlot(after: start, anchor: schedule.anchor)
        let earliest = schedule.lastOpened.map { $0.advanced(by: definition.minInterval) } ?? now
        let second = definition.cadence.nextSlot(after: slot, anchor: schedule.anchor)
        let latest = failures > 0 ? now.advanced(by: farthest) : max(second, earliest)
        if nextDue > latest { schedule.nextDue = failures > 0 ? now : max(slot, earliest) }
        return schedule
    }
}

// MARK: What a rotation's end does to a schedule

extension Schedule {
    /// The schedule after one of its rotations has ended.
    ///
    /// Slots that were missed meanwhile coalesce: the next due instant is the first slot after now. A rotation that
    /// somebody asked for begins the period anew; a scheduled one keeps the cadence's grid. After a failure the next
    /// try is put off by the retry policy's cycle delays.
    package func after(_ ending: Ending, of rotation: Rotation, now: Instant, retry: RetryPolicy) -> Schedule {
        var schedule = self
        switch ending {
        case .succeeded:
            if !rotation.trigger.isScheduled { schedule.anchor = now }
            schedule.lastSuccess = now
            schedule.lastFingerprint = rotation.fingerprint ?? lastFingerprint
            schedule.failures = 0
            let slot = definition.cadence.nextSlot(after: now, anchor: schedule.anchor)
            // Opened later than now: by a clock that was ahead.
            let openedAt = min(rotation.openedAt, now)
            schedule.nextDue = max(slot, openedAt.advanced(by: definition.minInterval))
        case .failed(let failure) where failure.isReplaced:
            schedule.nextDue = now
        case .failed:
            schedule.failures += 1
            schedule.nextDue = now.advanced(by: retry.cycleDelay(afterCycles: schedule.failures))
        case .abandoned:
            schedule.nextDue = definition.cadence.nextSlot(after: now, anchor: anchor)
        }
        return schedule
    }
}
