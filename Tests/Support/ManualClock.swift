import RotationEngine
package import Scheduling
import Synchronization

/// A clock that stands still until a test moves it.
package final class ManualClock: Clock {
    private let time: Mutex<Instant>

    /// - Parameter now: 2026-11-23T12:00:00Z if not given.
    package init(now: Instant = Instant(milliseconds: 1_795_435_200_000)) {
        time = Mutex(now)
    }

    package var now: Instant { time.withLock { $0 } }

    /// Moves it; backwards with a negative duration.
    package func advance(by duration: Duration) {
        time.withLock { $0 = $0.advanced(by: duration) }
    }
}
