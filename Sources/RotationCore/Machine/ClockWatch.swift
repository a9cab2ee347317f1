package import Scheduling

/// Notices a real-time clock that was set: a pure state machine.
///
/// Nothing reports a stepped clock. Between two looks the real time and the time since boot, which nobody can set, must
/// have advanced by the same length.
package struct ClockWatch: Sendable {
    /// What the clocks showed at a look.
    private struct Look {
        var now: Instant
        var uptime: Duration
    }

    /// A larger difference is a step; `adjtime` slews by less than this within a minute.
    package static let tolerance = Duration.seconds(5)

    private var last: Look?

    package init() {}

    /// Takes a look.
    ///
    /// - Parameter uptime: Time since boot, suspended time included.
    /// - Returns: How far the clock was set since the last look, negative for backwards; nil where it was not.
    package mutating func look(now: Instant, uptime: Duration) -> Duration? {
        defer { last = Look(now: now, uptime: uptime) }
        guard let last else { return nil }
        let step = last.now.duration(to: now) - (uptime - last.uptime)
        return step > Self.tolerance || step < .zero - Self.tolerance ? step : nil
    }
}
