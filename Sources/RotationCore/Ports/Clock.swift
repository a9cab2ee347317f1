import CLinux
import Glibc
package import Scheduling

/// Tells the time: the system's in production, a made-up one in simulation.
package protocol Clock: Sendable {
    /// The real time.
    var now: Instant { get }
    /// The time since boot, including suspended time; it can't be set.
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

    package var isSynchronised: Bool { Self.isSynchronised(maximumError: clinux_clock_maximum_error()) }

    /// Whether a time service confirms the clock, by the maximum error that the kernel counts.
    ///
    /// Without a service it grows to 16 s and stays there. `STA_UNSYNC` is not reliable: some services leave it set
    /// (systemd's `ntp_synced()`, systemd issue 13245).
    ///
    /// - Parameter maximumError: In microseconds; negative if the kernel does not report it.
    package static func isSynchronised(maximumError: Int64) -> Bool {
        (0..<16_000_000).contains(maximumError)
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}
