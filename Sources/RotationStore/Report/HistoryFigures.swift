package import RotationCore
package import Scheduling

/// Figures of the present state, for metrics and the status page.
package struct HistoryFigures: Hashable, Sendable {
    /// The configured hubs, by name.
    package var hubs: [Hub] = []
    /// The secrets that are due next, the first one first.
    package var upcoming: [Upcoming] = []
    /// The rotations that ended last, the newest first.
    package var recent: [Ended] = []
    /// Rotations that ended since ``History/figures(hubs:now:)`` looked back to, by day.
    package var days: [Day] = []
    /// The number of the newest entry of the audit log; 0 for none.
    package var headSeq: Int64 = 0
    /// The newest signed checkpoint; nil for none.
    package var checkpoint: Checkpoint?
    /// What is known of each witness.
    package var witnesses: [WitnessStanding] = []

    package init() {}

    /// The state of a secret: the first one that applies.
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// Its rotation waits for a person.
        case parked
        /// Its schedule is paused.
        case paused
        /// Its last rotation has failed.
        case failing
        /// Its value is older than `max_age`.
        case overdue
        /// Its rotation is open.
        case rotating
        /// None of these.
        case ok
    }

    /// The secrets of one hub.
    package struct Hub: Hashable, Sendable {
        package var name: String
        package var status = HubStatus.available
        /// How many secrets with a schedule are in each state.
        package var states: [State: Int] = [:]
        /// Secrets that are overdue and not paused, whatever else their state is.
        package var overdue = 0
        /// Secrets with a schedule that have never been rotated.
        package var neverRotated = 0
        /// The earliest due instant; nil for none.
        package var nextDue: Instant?
        /// The oldest last success of a secret; nil where none was ever rotated.
        package var oldestSuccess: Instant?

        package init(name: String) { self.name = name }

        /// How many secrets have a schedule.
        package var secrets: Int { states.values.reduce(0, +) }
    }

    /// An open rotation.
    package struct Open: Hashable, Sendable {
        package var id: String
        package var hub: String
        package var alias: String
        package var phase: String
        package var attempts: Int
        package var openedAt: Instant

        package init(id: String, hub: String, alias: String, phase: String, attempts: Int, openedAt: Instant) {
            (self.id, self.hub, self.alias, self.phase) = (id, hub, alias, phase)
            (self.attempts, self.openedAt) = (attempts, openedAt)
        }
    }

    /// A secret that is due.
    package struct Upcoming: Hashable, Sendable {
        package var hub: String
        package var alias: String
        package var at: Instant

        package init(hub: String, alias: String, at: Instant) { (self.hub, self.alias, self.at) = (hub, alias, at) }
    }

    /// A rotation that has ended.
    package struct Ended: Hashable, Sendable {
        package var id: String
        package var hub: String
        package var alias: String
        package var outcome: String
        package var trigger: String
        package var openedAt: Instant
        package var endedAt: Instant

        package init(
            id: String,
            hub: String,
            alias: String,
            outcome: String,
            trigger: String,
            openedAt: Instant,
            endedAt: Instant
        ) {
            (self.id, self.hub, self.alias) = (id, hub, alias)
            (self.outcome, self.trigger) = (outcome, trigger)
            (self.openedAt, self.endedAt) = (openedAt, endedAt)
        }
    }

    /// The rotations that ended on one day with one outcome.
    package struct Day: Hashable, Sendable {
        /// Days since 1970-01-01, in UTC.
        package var day: Int64
        package var outcome: String
        package var count: Int

        package init(day: Int64, outcome: String, count: Int) {
            (self.day, self.outcome, self.count) = (day, outcome, count)
        }
    }

    /// A signed head of the audit log.
    package struct Checkpoint: Hashable, Sendable {
        /// The number of entries that it covers.
        package var size: Int64
        package var signedAt: Instant

        package init(size: Int64, signedAt: Instant) { (self.size, self.signedAt) = (size, signedAt) }
    }

    /// The result of the newest verification that the log records.
    package struct Verification: Hashable, Sendable {
        package var at: Instant
        /// The number of things that were wrong; 0 for none.
        package var problems: Int

        package init(at: Instant, problems: Int) { (self.at, self.problems) = (at, problems) }
    }
}
