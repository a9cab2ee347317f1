import Dispatch
import Foundation

/// Opens the file descriptors of Dispatch's timers in advance.
///
/// Dispatch opens a timerfd for a clock when the first timer on that clock is set, and traps if it can't: a daemon
/// without free descriptors would crash at its first wait.
enum DispatchTimers {
    /// CLOCK_REALTIME, CLOCK_MONOTONIC and CLOCK_BOOTTIME, as /proc names them.
    private static let clocks: Set<String> = ["0", "1", "7"]
    /// A deadline that is never reached: the timers are cancelled before.
    ///
    /// A timer whose deadline has passed would open no descriptor.
    private static let farAway = 3600

    /// Opens a timerfd for each clock that the program uses; they stay open until the process ends.
    static func open() async {
        // Swift's own sleep opens those of CLOCK_BOOTTIME and CLOCK_MONOTONIC.
        let sleeps = [
            Task { try? await Task.sleep(for: .seconds(farAway), clock: .continuous) },
            Task { try? await Task.sleep(for: .seconds(farAway), clock: .suspending) },
        ]
        let timers = [makeTimer(), makeTimer()]
        timers[0].schedule(deadline: .now() + .seconds(farAway))
        timers[1].schedule(wallDeadline: .now() + .seconds(farAway))
        for timer in timers { timer.activate() }
        for _ in 0..<500 where !openClocks.isSuperset(of: clocks) { try? await Task.sleep(for: .milliseconds(10)) }
        for timer in timers { timer.cancel() }
        for sleep in sleeps { sleep.cancel() }
    }

    private static func makeTimer() -> any DispatchSourceTimer {
        let timer = DispatchSource.makeTimerSource()
        timer.setEventHandler { @Sendable in }
        return timer
    }

    /// The clocks of the process's timerfds (proc(5), fdinfo).
    private static var openClocks: Set<String> {
        let folder = "/proc/self/fdinfo"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let texts = names.compactMap { try? String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
        let fields = texts.joined(separator: "\n").split(separator: "\n").map {
            $0.split(whereSeparator: \.isWhitespace)
        }
        return Set(fields.filter { $0.first == "clockid:" }.compactMap { $0.last.map(String.init) })
    }
}
