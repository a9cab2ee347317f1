import ArgumentParser
import Foundation

/// What a daemon costs that has nothing to do.
struct IdleBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Context switches, CPU and memory of a daemon with many schedules of which none is due."
    )

    @Option(help: "How many schedules.") var schedules = 1000
    @Option(help: "How long to watch, in seconds.") var seconds = 120

    /// The start's work must be over before anything is counted.
    private static let settling = Duration.seconds(3)

    func run() async throws {
        try await BenchmarkSite.with { site in
            // A command takes no more names.
            for first in stride(from: 1, through: schedules, by: 10_000) {
                let names = (first...min(first + 9999, schedules)).map { "secret_\($0)" }
                try await site.run(["schedule", "add", "--every", "30d"] + names)
            }
            try await site.withDaemon { pid in try await measure(pid) }
        }
    }

    private func measure(_ pid: Int32) async throws {
        try await Task.sleep(for: Self.settling)
        let before = try ProcessUsage(pid: pid)
        var (after, switches) = (before, 0)
        // Threads that end take their counters with them: look often, and add up.
        for _ in 0..<seconds * 4 {
            try await Task.sleep(for: .milliseconds(250))
            let now = try ProcessUsage(pid: pid)
            switches += now.contextSwitches(since: after)
            after = now
        }
        print("schedules            \(schedules)")
        print("watched for          \(seconds) s")
        print("context switches     \(switches)")
        // What wakes an idle daemon: libdispatch on Linux looks at its threads each second (its workqueue monitor, which can't
        // be turned off), the engine looks for due work each minute; and under systemd the watchdog is fed.
        print("  libdispatch        \(seconds), its monitor of threads, once a second")
        print("  look for due work  \(max(0, switches - seconds)), once a minute, by several threads")
        print("CPU time             \((after.ticks - before.ticks) * 1000 / sysconf(Int32(_SC_CLK_TCK))) ms")
        print("resident memory      \(after.residentKiB) KiB (peak \(after.peakKiB) KiB)")
        let goal = schedules <= 1000 ? 8 : 20
        let verdict = after.anonymousKiB <= goal * 1024 ? "reached" : "not reached"
        print("anonymous memory     \(after.anonymousKiB) KiB (goal: at most \(goal) MiB: \(verdict))")
        print("threads              \(after.threads)")
    }
}
