package import Scheduling

/// The content of an external source of values.
package struct SourceContent: Hashable, Sendable {
    /// The fingerprints of the content, by the present staging key first, then by the older ones; empty if there is no
    /// content.
    package var fingerprints: [[UInt8]]
    /// Whether it may be delivered.
    package var isUsable: Bool

    package init(fingerprints: [[UInt8]], isUsable: Bool) {
        self.fingerprints = fingerprints
        self.isUsable = isUsable
    }
}

extension Schedule {
    /// The schedule after a look at its source.
    ///
    /// The source is compared with the value in force, not with the last look, so that a change while the daemon was
    /// down or the schedule paused is delivered afterwards.
    ///
    /// - Parameters:
    ///   - content: The content of the source.
    ///   - isNew: Whether it differs from the last look.
    ///   - isLasting: Whether it has been of no use for longer than it takes to write files one after the other.
    package func afterLook(_ content: SourceContent, isNew: Bool, isLasting: Bool, now: Instant) -> Schedule {
        guard definition.generator.isWatched, !isPaused(at: now) else { return self }
        var schedule = self
        // By the present key: the older ones may go.
        let found = content.fingerprints.first.map(Adoption.adopted)
        if failures == 0, let found, adoption.isAmong(content.fingerprints) {
            schedule.adoption = found
            // It has changed and changed back before a rotation; whether it is still valid does not matter.
            schedule.nextStep = .never
        } else if content.isUsable && adoption == .notYet {
            // Adding a schedule rotates nothing.
            schedule.adoption = found ?? .notYet
        } else if content.isUsable || isLasting {
            // What can't be used makes a rotation fail, which tells of it; what comes later is another value.
            if adoption == .notYet { schedule.adoption = .deliverWhatever }
            schedule.becomeDue(isNew: isNew && content.isUsable, now)
        }
        return schedule
    }

    /// Has the next rotation serve what was found; a retry that waits comes at once for what is new.
    private mutating func becomeDue(isNew: Bool, _ now: Instant) {
        let earliest = lastOpened.map { max(now, $0.advanced(by: definition.minInterval)) } ?? now
        if let nextDue {
            guard isNew, nextDue > now, earliest < nextDue else { return }
        }
        nextStep = .slot(now, due: earliest)
    }
}
