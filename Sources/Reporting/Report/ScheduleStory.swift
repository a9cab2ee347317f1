package import RotationCore
package import RotationStore
package import Scheduling

/// A secret's name, ordered as tables show it.
package struct SecretKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let hub: String
    package let alias: String

    package init(hub: String, alias: String) { (self.hub, self.alias) = (hub, alias) }

    package static func < (left: SecretKey, right: SecretKey) -> Bool {
        (left.hub, left.alias) < (right.hub, right.alias)
    }

    package var description: String { "\(hub)/\(alias)" }
}

/// What became of a secret's schedule, replayed from the history: its terms at any past instant.
package struct ScheduleStory: Sendable {
    /// From an instant on: a schedule with these terms, or none.
    package struct Step: Sendable {
        package var from: Instant
        package var terms: ScheduleTerms?
    }

    /// A pause that has not ended.
    package struct Pause: Sendable, Hashable {
        package var since: Instant
        /// nil where its entry was archived.
        package var by: Actor?
        package var reason: String?
        package var until: Instant?
    }

    /// The steps, the oldest first.
    package private(set) var steps: [Step] = []
    /// When the present schedule was added.
    package private(set) var addedAt: Instant?
    package private(set) var pause: Pause?

    /// Whether its addition was archived: ``addedAt`` is the time of the first entry that is kept.
    package private(set) var isEarlier = false

    package init() {}

    /// A schedule that was there before the first entry that is kept.
    package init(knownSince start: Instant, _ terms: ScheduleTerms, _ pause: Schedule.Pause? = nil) {
        steps = [Step(from: start, terms: terms)]
        (addedAt, isEarlier) = (start, true)
        self.pause = pause.map { Pause(since: $0.since, by: nil, reason: $0.reason, until: $0.until) }
    }

    /// The terms now; nil where there is no schedule.
    package var terms: ScheduleTerms? { steps.last?.terms }
    /// The last terms that there were.
    package var lastTerms: ScheduleTerms? { steps.last { $0.terms != nil }?.terms }

    /// The terms at an instant; nil where there was no schedule.
    package func terms(at instant: Instant) -> ScheduleTerms? {
        steps.last { $0.from <= instant }?.terms
    }

    /// Takes the next change.
    package mutating func take(_ row: EntryRow, _ detail: EntryDetail) {
        switch row.event {
        case "schedule.added":
            steps.append(Step(from: row.time, terms: ScheduleTerms(detail.object("new"))))
            (addedAt, isEarlier, pause) = (row.time, false, nil)
        case "schedule.changed":
            var terms = terms ?? ScheduleTerms([:])
            terms.apply(old: detail.object("old"), new: detail.object("new"))
            steps.append(Step(from: row.time, terms: terms))
            // Its addition may have been archived.
            addedAt = addedAt ?? row.time
        case "schedule.removed":
            steps.append(Step(from: row.time, terms: nil))
            (addedAt, pause) = (nil, nil)
        case "schedule.paused":
            let until = detail.text("until").flatMap { Instant(rfc3339: $0) }
            pause = Pause(since: row.time, by: Actor(row), reason: detail.text("reason"), until: until)
        case "schedule.resumed": pause = nil
        default: break
        }
    }

    /// The pause that is in force at an instant.
    package func pause(at instant: Instant) -> Pause? {
        pause.flatMap { $0.until.map { $0 > instant } ?? true ? $0 : nil }
    }
}

/// Who did something, as people read it.
package struct Actor: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ row: EntryRow) {
        switch row.actorKind {
        case "user":
            let uid = row.actorUID.map { "uid \($0)" }
            description = row.actorName.map { name in uid.map { "\(name) (\($0))" } ?? name } ?? uid ?? "a user"
        case "signal": description = "signal USR1"
        case "daemon": description = "the daemon"
        default: description = row.actorKind
        }
    }
}
