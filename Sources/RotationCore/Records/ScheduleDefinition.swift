package import Scheduling

/// The definition of a schedule: how often a secret rotates, and with which generator.
///
/// Texts are compared by their bytes: see `ExactlyComparable`.
package struct ScheduleDefinition: Hashable, Sendable, Codable {
    /// How often.
    package var cadence: Cadence
    /// The zone that a calendar is read in; nil for UTC.
    ///
    /// A period is a length of time, the same in each zone.
    package var timezone: Zone?
    /// How much later than its slot a rotation may begin; nil for any time.
    package var window: Duration?
    /// A rotation begins by up to this much later than its slot: see ``Scheduling/Jitter``.
    package var jitter: Duration
    /// A value that is older than this is overdue; nil for any age.
    package var maxAge: Duration?
    /// What becomes of a slot that passes while the daemon is down.
    package var catchUp: CatchUp
    /// What it must not rotate together with.
    package var group: Group?
    /// With which generator.
    package var generator: GeneratorSpecification
    /// Scheduled rotations of the secret begin no closer to each other than this.
    package var minInterval: Duration
    /// Sent with each rotation, if given.
    package var access: WorkspaceAccess?
    /// Sent with each rotation, if given.
    @Exact package var description: String?
    /// How long the old credential stays valid after success, where the generator retires it.
    package var finishAfter: Duration
    /// Who answers for the secret.
    @Exact package var owner: String?
    /// The rule that asks for the rotation.
    @Exact package var policy: String?

    /// What becomes of a slot that passes while the daemon is down.
    package enum CatchUp: String, CaseIterable, Hashable, Sendable, Codable {
        /// One rotation makes up for all slots that were missed.
        case once
        /// None does: the next slot is the next one.
        case skip
    }

    /// Secrets of which never two rotate within the spacing.
    package struct Group: Hashable, Sendable, Codable {
        @Exact package var name: String
        /// From the end of a rotation to the beginning of another secret's.
        package var spacing: Duration

        package init(name: String, spacing: Duration) {
            self.name = name
            self.spacing = spacing
        }
    }

    /// - Parameter minInterval: nil for one minute, or the cadence's period where that is shorter.
    package init(
        cadence: Cadence,
        timezone: Zone? = nil,
        window: Duration? = nil,
        jitter: Duration = .zero,
        maxAge: Duration? = nil,
        catchUp: CatchUp = .once,
        group: Group? = nil,
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
        self.window = window
        self.jitter = jitter
        self.maxAge = maxAge
        self.catchUp = catchUp
        self.group = group
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
        case .cron, .onChange: .seconds(60)
        }
    }

    /// The first slot that is strictly later than an instant; nil where none comes by itself.
    package func nextSlot(after instant: Instant, anchor: Instant) -> Instant? {
        cadence.nextSlot(after: instant, anchor: anchor, in: timezone ?? .utc)
    }
}

extension ScheduleDefinition {
    /// What is wrong with keys that are sound by themselves.
    package struct Conflict: Error, Hashable, CustomStringConvertible {
        /// The key of the schedule file that should change.
        package var key: String
        /// What is wrong, and what to do.
        package var message: String

        package var description: String { "\(key): \(message)" }
    }

    /// The first thing that is wrong with keys that are sound by themselves; nil for nothing.
    package var conflict: Conflict? {
        if let conflict = cadenceConflict { return conflict }
        if let window, jitter > window {
            return Conflict(key: "jitter", message: "longer than the window: a rotation could begin outside it")
        }
        switch cadence {
        case .every(let period):
            if jitter >= period.duration {
                return Conflict(key: "jitter", message: "not shorter than the period")
            }
            if let maxAge, maxAge < period.duration {
                return Conflict(key: "max_age", message: "shorter than the period: the secret would always be overdue")
            }
        case .cron:
            // 2026: what a zone did long ago says nothing of the slots to come.
            let first = Instant(milliseconds: 1_767_225_600_000)
            if nextSlot(after: first, anchor: first) == nil {
                return Conflict(key: "cron", message: "no slot ever comes in this time zone")
            }
        case .onChange: break
        }
        return nil
    }

    /// A generator with an external source has no slots; every other generator has.
    private var cadenceConflict: Conflict? {
        switch (cadence, generator.isWatched) {
        case (.onChange, false):
            return Conflict(key: "every", message: "give every or cron: only a file is rotated when it changes")
        case (.every, true), (.cron, true):
            let key = cadence.period == nil ? "cron" : "every"
            return Conflict(key: key, message: "a file is rotated when it changes: leave every and cron out")
        case (.onChange, true):
            if window != nil { return Conflict(key: "window", message: "a file that changes has no slot") }
            if jitter > .zero { return Conflict(key: "jitter", message: "a file that changes has no slot") }
            return nil
        case (.every, false), (.cron, false): return nil
        }
    }
}
