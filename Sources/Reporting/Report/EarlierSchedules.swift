package import RotationCore
package import RotationStore
import Scheduling

/// The schedules that were there before the first entry that is kept: their addition was archived.
///
/// They exist now, or were removed since, and the kept entries do not add them first. Each kept change says what was before it, so the
/// terms of that time are the present ones with the first known old value of each key.
package struct EarlierSchedules {
    private struct Story {
        /// The old values of the keys that have changed: the first known ones.
        var old: [String: JSONValue] = [:]
        var changed: Set<String> = []
        /// What the first addition or removal says; nil for neither.
        var terms: [String: JSONValue]?
        var isDecided = false
        var hasPauses = false

        func before(_ fields: [String: JSONValue]) -> [String: JSONValue] {
            fields.filter { !changed.contains($0.key) }.merging(old) { $1 }
        }
    }

    private var stories: [SecretKey: Story] = [:]

    package init() {}

    /// Takes the next kept change, the oldest first.
    package mutating func take(_ row: EntryRow, _ key: SecretKey, _ detail: EntryDetail) {
        var story = stories[key, default: Story()]
        guard !story.isDecided else { return }
        let old = detail.object("old")
        switch row.event {
        case "schedule.added": story.isDecided = true
        case "schedule.removed": (story.isDecided, story.terms) = (true, story.before(old))
        case "schedule.changed":
            for field in Set(old.keys).union(detail.object("new").keys) where story.changed.insert(field).inserted {
                story.old[field] = old[field]
            }
        case "schedule.paused", "schedule.resumed": story.hasPauses = true
        default: break
        }
        stories[key] = story
    }

    /// The schedules that were removed since, with their terms.
    package var removed: [(key: SecretKey, terms: ScheduleTerms)] {
        stories.compactMap { key, story in story.terms.map { (key, ScheduleTerms($0)) } }
    }

    /// The terms that a present schedule had; nil where it was added since.
    package func terms(of key: SecretKey, now fields: [String: JSONValue]) -> ScheduleTerms? {
        let story = stories[key] ?? Story()
        return story.isDecided ? nil : ScheduleTerms(story.before(fields))
    }

    /// Whether a kept entry pauses or resumes a schedule.
    package func hasPauses(_ key: SecretKey) -> Bool { stories[key]?.hasPauses ?? false }
}
