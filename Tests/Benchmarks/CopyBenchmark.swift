import ArgumentParser
import Foundation
import RotationCore
import RotationStore
import Scheduling
import ValueGenerators

/// What the auditors' copy of a large history costs: time, and memory at the peak.
struct CopyBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Time and peak memory of the auditors' copy of a large history."
    )

    @Option(help: "How many entries; seven of them belong to one rotation.") var entries = 1_000_000
    @Option(help: "How many requests, all of them served.") var requests = 1_000_000
    @Option(help: "How many schedules.") var schedules = 100_000

    func run() async throws {
        try await BenchmarkSite.withFolder { folder in
            let history = try LargeHistory(
                database: "\(folder)/rotator.db",
                entries: entries,
                requests: requests,
                schedules: schedules
            )
            print("entries \(entries), requests \(requests), schedules \(schedules), \(history.mebibytes) MiB")
            let copier = HistoryCopier(of: history.database, stream: history.stream, clock: SystemClock())
            try await measure("whole copy", copier)
            try history.note(rotations: 0..<1000)
            // The first turn duplicates the file; from the second on, two files take turns.
            try await measure("1,000 rotations, first turn", copier)
            try history.note(rotations: 1000..<2000)
            try await measure("1,000 rotations", copier)
            try history.leaveGap(rotations: 2000..<3000)
            try await measure("wide comparison", copier)
            let next = HistoryCopier(of: history.database, stream: history.stream, clock: SystemClock())
            _ = consume copier
            try await measure("after a restart", next)
        }
    }

    private func measure(_ name: String, _ copier: HistoryCopier) async throws {
        // Sets the peak to what is resident now (proc(5)).
        try Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
        let before = try ProcessUsage(pid: getpid())
        let (start, cpu) = (ContinuousClock.now, try ProcessUsage.cpuSeconds(pid: getpid()))
        await copier.collect()
        await copier.bringUpToDate()
        let time = ContinuousClock.now - start
        let after = try ProcessUsage(pid: getpid())
        if let trouble = copier.trouble { throw ValidationError("\(name): \(trouble.text)") }
        let milliseconds = Int(time / .milliseconds(1))
        let cpuTime = Int((try ProcessUsage.cpuSeconds(pid: getpid()) - cpu) * 1000)
        let peak = Double(after.peakKiB - before.residentKiB) / 1024
        let left = Double(after.residentKiB - before.residentKiB) / 1024
        print(
            name.padding(toLength: 29, withPad: " ", startingAt: 0)
                + "\(milliseconds) ms, CPU \(cpuTime) ms, peak \(peak.formatted(places: 1)) MiB more, "
                + "\(left.formatted(places: 1)) MiB left"
        )
    }
}
