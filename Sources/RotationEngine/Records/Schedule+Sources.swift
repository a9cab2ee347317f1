package import Scheduling
import ValueGenerators

/// What was found at the source of values that somebody else makes.
package enum SourceContent: Hashable, Sendable {
    /// A value: its fingerprint by each staging key, the present one first.
    case value(fingerprints: [[UInt8]])
    /// None that can be used.
    case unusable
}

extension Schedule {
    /// The schedule after somebody has looked at where its values come from.
    ///
    /// What matters is whether the source holds another value than the one in force, not whether it was seen to change:
    /// what changed while the daemon was down, or the schedule paused, is delivered after that.
    ///
    /// - Parameters:
    ///   - content: What was found.
    ///   - isNew: Whether it was not so at the last look.
    ///   - isLasting: Whether it has been so for longer than it takes to write files one after the other.
    package func afterLook(_ content: SourceContent, isNew: Bool, isLasting: Bool, now: Instant) -> Schedule {
        guard definition.generator.isWatched, !isPaused(at: now) else { return self }
        var schedule = self
        switch content {
        case .value(let fingerprints):
            guard let adoptedFingerprint else {
                // Nothing rotates because it was added.
                schedule.adoptedFingerprint = fingerprints.first
                return schedule
            }
            if fingerprints.contains(adoptedFingerprint) {
                schedule.standDown()
            } else {
                schedule.becomeDue(isNew, now)
            }
        case .unusable:
            guard isLasting else { return self }
            // A rotation that fails tells of it, and what comes later is another value.
            schedule.adoptedFingerprint = adoptedFingerprint ?? []
            schedule.becomeDue(false, now)
        }
        return schedule
    }

    /// Nothing is left to do where the value in force is back; what was wanted at once when it was added stays due.
    private mutating func standDown() {
        guard !isAskedFor, nextDue != .distantFuture || failures > 0 else { return }
        failures = 0
        awaitSlot(after: nextDue)
    }

    /// Has the next rotation serve what was found; a retry that waits comes at once for what is new.
    private mutating func becomeDue(_ isNew: Bool, _ now: Instant) {
        guard nextDue == .distantFuture || isNew && nextDue > now else { return }
        let earliest = lastOpened.map { max(now, $0.advanced(by: definition.minInterval)) } ?? now
        guard earliest < nextDue else { return }
        // No cadence has a slot at its anchor, which would pass for what was wanted when it was added.
        slot = max(now, anchor.advanced(by: .milliseconds(1)))
        nextDue = max(earliest, slot)
    }
}
