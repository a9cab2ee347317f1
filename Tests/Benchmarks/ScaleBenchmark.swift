import ArgumentParser
import Foundation

/// What very many schedules cost.
struct ScaleBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract: "Time and memory of commands and of the daemon with very many schedules."
    )

    @Option(help: "How many schedules.") var schedules = 100_000

    func run() async throws {
        try await BenchmarkSite.with { site in
            let file = "\(site.folder)/schedules.yaml"
            try Data(text.utf8).write(to: URL(filePath: file))
            print("schedules                    \(schedules)")
            try await time("apply, without a daemon") {
                try await site.run(["schedule", "apply", "-f", file, "--json"])
            }
            try await time("apply again: no change") { try await site.run(["schedule", "apply", "-f", file]) }
            let ready = try await site.withDaemon { pid in
                try await Task.sleep(for: .seconds(2))
                report("daemon: resident memory", "\(try ProcessUsage(pid: pid).residentKiB / 1024) MiB")
                try await commands(site)
                let usage = try ProcessUsage(pid: pid)
                report(
                    "daemon: resident afterwards",
                    "\(usage.residentKiB / 1024) MiB (peak \(usage.peakKiB / 1024) MiB)"
                )
            }
            report("daemon: ready after", format(ready))
        }
        try await BenchmarkSite.with { site in
            let file = "\(site.folder)/schedules.yaml"
            try Data(text.utf8).write(to: URL(filePath: file))
            try await site.withDaemon { pid in
                try await time("apply, through a daemon") { try await site.run(["schedule", "apply", "-f", file]) }
                report("daemon: resident afterwards", "\(try ProcessUsage(pid: pid).residentKiB / 1024) MiB")
            }
        }
    }

    private func commands(_ site: BenchmarkSite) async throws {
        try await time("status") { try await site.run(["status"]) }
        try await time("schedule list") { try await site.run(["schedule", "list"]) }
        try await time("schedule show") { try await site.run(["schedule", "show", "secret_77"]) }
        try await time("schedule next, 100 slots") { try await site.run(["schedule", "next", "--count", "100"]) }
        try await time("schedule next --by hour, 1 day") { try await site.run(["schedule", "next", "--by", "hour"]) }
        try await time("schedule pause") { try await site.run(["schedule", "pause", "secret_77"]) }
        try await time("schedule export") { try await site.run(["schedule", "export"]) }
    }

    /// Periods and calendars, in several zones, none due within the hours to come but by chance.
    private var text: String {
        let zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"]
        let entries = (1...schedules).map { number in
            let cadence =
                number.isMultiple(of: 2)
                ? "every: 30d"
                : "cron: '\(number % 60) 3 \(1 + number % 28) * *', timezone: \(zones[number % zones.count]), jitter: 1h"
            return "  - {secret: secret_\(number), \(cadence), generator: password, owner: team-\(number % 50)}\n"
        }
        return "schedules:\n" + entries.joined()
    }

    private func time<T>(_ name: String, _ body: () async throws -> T) async throws {
        let start = ContinuousClock.now
        _ = try await body()
        report(name, format(ContinuousClock.now - start))
    }

    private func report(_ name: String, _ value: String) {
        print(name.padding(toLength: 29, withPad: " ", startingAt: 0) + value)
    }

    private func format(_ duration: Duration) -> String {
        let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
        return "\(milliseconds) ms"
    }
}
