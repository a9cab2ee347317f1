package import Scheduling

/// Detects a change of the real-time clock: a pure state machine.
///
/// The system does not report a stepped clock. Between two readings the real time and the time since boot, which can't
/// be set, must advance by the same duration.
package struct ClockWatch: Sendable {
    /// A reading of both clocks.
    private struct Look {
        var now: Instant
        var uptime: Duration
    }

    /// A larger difference is a step; `adjtime` slews by less than this within a minute.
    package static let tolerance = Duration.seconds(5)

    private var last: Look?

    package init() {}

    /// Compares a new reading with the last one.
    ///
    /// - Parameter uptime: Time since boot, suspended time included.
    /// - Returns: How far the clock was set since the last reading, negative for backwards; nil if it was not set.
    package mutating func look(now: Instant, uptime: Duration) -> Duration? {
        defer { last = Look(now: now, uptime: uptime) }
        guard let last else { return nil }
        let step = last.now.duration(to: now) - (uptime - last.uptime)
        return step > Self.tolerance || step < .zero - Self.tolerance ? step : nil
    }
}
