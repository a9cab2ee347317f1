import Glibc
package import Scheduling

/// Tells the time: the system's in production, a made-up one in simulation.
package protocol Clock: Sendable {
    /// The real time.
    var now: Instant { get }
}

/// `CLOCK_REALTIME`.
package struct SystemClock: Clock {
    package init() {}

    package var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
