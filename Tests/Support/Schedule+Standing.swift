package import RotationCore
package import Scheduling

extension Schedule {
    /// The schedule with another next step, whatever has led to it.
    package func standing(at step: NextStep, failures: Int = 0) -> Schedule {
        Schedule(
            secret: secret,
            definition: definition,
            anchor: anchor,
            nextStep: step,
            pause: pause,
            lastOpened: lastOpened,
            lastSuccess: lastSuccess,
            lastFingerprint: lastFingerprint,
            adoption: adoption,
            failures: failures,
            seenUpdates: seenUpdates
        )
    }

    /// The schedule with its next slot due at another instant.
    package func due(at due: Instant, slot: Instant? = nil) -> Schedule {
        standing(at: .slot(slot ?? due, due: due), failures: failures)
    }
}
