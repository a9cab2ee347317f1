import CLinux
import Glibc
package import Scheduling

/// Tells the time: the system's in production, a made-up one in simulation.
package protocol Clock: Sendable {
    /// The real time.
    var now: Instant { get }
    /// The time since boot, suspended time included: nobody can set it.
    var uptime: Duration { get }
    /// Whether the real time is known to follow a time server.
    var isSynchronised: Bool { get }
}

/// `CLOCK_REALTIME` and `CLOCK_BOOTTIME`.
package struct SystemClock: Clock {
    package init() {}

    package var now: Instant {
        let time = Self.read(CLOCK_REALTIME)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    package var uptime: Duration {
        let time = Self.read(CLOCK_BOOTTIME)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    package var isSynchronised: Bool { clinux_is_clock_synchronised() == 1 }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}
