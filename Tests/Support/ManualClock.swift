import RotationCore
package import Scheduling
import Synchronization

/// A clock that stands still until a test moves it.
package final class ManualClock: Clock {
    private struct State {
        var now: Instant
        var uptime = Duration.seconds(1000)
        var isSynchronised = true
    }

    private let state: Mutex<State>

    /// - Parameter now: 2026-11-23T12:00:00Z if not given.
    package init(now: Instant = Instant(milliseconds: 1_795_435_200_000)) {
        state = Mutex(State(now: now))
    }

    package var now: Instant { state.withLock { $0.now } }
    package var uptime: Duration { state.withLock { $0.uptime } }
    package var isSynchronised: Bool { state.withLock { $0.isSynchronised } }

    /// Lets time pass.
    package func advance(by duration: Duration) {
        state.withLock { state in
            state.now = state.now.advanced(by: duration)
            state.uptime += duration
        }
    }

    /// Sets the real time, as somebody with `date` would; backwards with a negative step.
    package func step(by duration: Duration, isSynchronised: Bool = true) {
        state.withLock { state in
            state.now = state.now.advanced(by: duration)
            state.isSynchronised = isSynchronised
        }
    }

    /// A time server is followed, or is lost.
    package func setSynchronised(_ isSynchronised: Bool) {
        state.withLock { $0.isSynchronised = isSynchronised }
    }
}
