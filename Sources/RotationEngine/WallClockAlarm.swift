import Dispatch
import Glibc
import RotationCore
package import Scheduling

/// One Dispatch timer on the real-time clock, and a second one on the monotonic clock that looks every minute.
///
/// The first is armed for the earliest due instant. An absolute `CLOCK_REALTIME` deadline follows a stepped clock and
/// is 0.1 ms late; it is clamped to 24 h ahead, as a wall deadline at or past 2^62 ns silently goes wrong. The second
/// looks for due work whatever the first one says: nothing reports a clock that was stepped backwards.
package final class WallClockAlarm: Alarm, @unchecked Sendable {
    // Guard of `@unchecked Sendable`: both sources are immutable references, and Dispatch sources are thread-safe.
    private let timer: any DispatchSourceTimer
    private let look: any DispatchSourceTimer

    /// How often due work is looked for, whatever the timer says.
    package static let lookInterval = Duration.seconds(60)
    /// The farthest deadline that is armed.
    package static let horizon = Duration.seconds(24 * 3600)

    /// Starts both timers.
    ///
    /// - Parameter wakes: Receives an element when one of them rings; its end stops them.
    package init(wakes: AsyncStream<Void>.Continuation) {
        timer = makeTimer(wakes)
        look = makeTimer(wakes)
        let seconds = Int(Self.lookInterval.components.seconds)
        look.schedule(deadline: .now() + .seconds(seconds), repeating: .seconds(seconds), leeway: .seconds(1))
        timer.activate()
        look.activate()
    }

    deinit {
        timer.cancel()
        look.cancel()
    }

    package func set(_ instant: Instant?) {
        guard let instant else {
            timer.schedule(wallDeadline: .distantFuture)
            return
        }
        let nearest = min(instant, SystemClock().now.advanced(by: Self.horizon))
        let seconds = nearest.rawValue / 1000
        let nanoseconds = nearest.rawValue % 1000 * 1_000_000
        let time = timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds))
        timer.schedule(wallDeadline: DispatchWallTime(timespec: time), leeway: .nanoseconds(0))
    }
}

/// Makes a timer whose handler captures nothing but the stream: a handler that captured actor state would compile, and
/// crash when it fires.
private func makeTimer(_ wakes: AsyncStream<Void>.Continuation) -> any DispatchSourceTimer {
    let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "secret-rotator.alarm"))
    timer.schedule(wallDeadline: .distantFuture)
    timer.setEventHandler { @Sendable in wakes.yield() }
    return timer
}
