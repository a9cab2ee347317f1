import Dispatch

/// The descriptors of Dispatch's timers.
///
/// Dispatch opens a timerfd for a clock when the first timer on that clock is set, and traps where it can't: a daemon
/// whose descriptors are used up would end at its first wait.
enum DispatchTimers {
    /// Long enough that the timer is armed: one that has passed already fires without a descriptor.
    private static let pause = Duration.milliseconds(5)

    /// Opens a timerfd for each clock that the program uses; they stay open until the process ends.
    static func open() async {
        // CLOCK_BOOTTIME and CLOCK_MONOTONIC, by way of Swift's own sleep.
        try? await Task.sleep(for: pause, clock: .continuous)
        try? await Task.sleep(for: pause, clock: .suspending)
        await fire { $0.schedule(deadline: .now() + .milliseconds(5)) }
        await fire { $0.schedule(wallDeadline: .now() + .milliseconds(5)) }
    }

    /// Waits until a timer has fired.
    private static func fire(_ schedule: (any DispatchSourceTimer) -> Void) async {
        let (fired, end) = AsyncStream<Void>.makeStream()
        let timer = DispatchSource.makeTimerSource()
        timer.setEventHandler { @Sendable in end.finish() }
        schedule(timer)
        timer.activate()
        for await _ in fired {}
        timer.cancel()
    }
}
