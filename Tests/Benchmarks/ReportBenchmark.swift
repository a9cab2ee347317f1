import ArgumentParser
import Foundation
import RotationCore
import Scheduling
import Subprocess
import SystemPackage
import TestSupport

/// What a report on a large history costs: time and memory of the command, size of the page, time to open it.
struct ReportBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Make a report on a large history, and open it in Chromium where that is there."
    )

    @Option(help: "How many rotations, within 90 days.") var rotations = 100_000
    @Option(help: "How many secrets.") var secrets = 1_000
    @Option(help: "Where to keep the page.") var keep: String?

    private static let end = Instant(rfc3339: "2026-11-26T00:00:00Z") ?? .distantPast
    private static let days: Int64 = 90

    func run() async throws {
        try await BenchmarkSite.with { site in
            let database = "\(site.folder)/rotator.db"
            let entries = try write(to: database)
            let size = try FileManager.default.attributesOfItem(atPath: database)[.size] as? Int ?? 0
            print("\(rotations) rotations of \(secrets) secrets, \(entries) entries, \(size >> 20) MiB")
            let page = keep ?? "\(site.folder)/report.html"
            let start = ContinuousClock.now
            let peak = try await makeReport(site, page)
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            let bytes = try FileManager.default.attributesOfItem(atPath: page)[.size] as? Int ?? 0
            print("audit report: \(seconds.formatted(places: 1)) s, peak \(peak >> 10) MiB, page \(bytes >> 10) KiB")
            try await open(page)
        }
    }

    /// Runs the command.
    ///
    /// - Returns: Its resident memory at the peak, in KiB: looked at all the time, as it is gone with the process.
    private func makeReport(_ site: BenchmarkSite, _ page: String) async throws -> Int {
        let options = [
            "--config", "\(site.folder)/config.yaml", "audit", "report", "--from", "2026-08-28", "--to", "2026-11-26",
        ]
        var peak = 0
        let result = try await Subprocess.run(
            .path(BenchmarkSite.program),
            arguments: Arguments(options + ["-o", page]),
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            while let usage = try? ProcessUsage(pid: execution.processIdentifier.value), usage.residentKiB > 0 {
                peak = max(peak, usage.peakKiB)
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        guard result.terminationStatus.isSuccess else { throw ValidationError("audit report failed") }
        return peak
    }

    /// Rotations at even distances, one in 97 of which fails, one in 500 of which was requested.
    private func write(to database: String) throws -> Int {
        let history = try SyntheticHistory(path: database)
        let start = Self.end.advanced(by: .seconds(-Self.days * 86_400))
        history.note(.daemonStarted, at: start.advanced(by: .seconds(-86_400)))
        for secret in 0..<secrets {
            let terms: [String: JSONValue] = [
                "every": "20h", "max_age": "2d", "policy": "PCI TRA 2026-04", "owner": .string("team-\(secret % 50)"),
            ]
            history.schedule("secret_\(secret)", at: start.advanced(by: .seconds(Int64(secret))), terms)
        }
        let step = Self.days * 86_400_000 / Int64(max(1, rotations))
        for rotation in 0..<rotations {
            let (alias, time) = (
                "secret_\(rotation % secrets)", start.advanced(by: .milliseconds(Int64(rotation) * step))
            )
            if rotation % 500 == 0 {
                let request = try history.request(alias, at: time, reason: "leaked", ticket: "SEC-\(rotation)")
                try history.rotate(alias, at: time, trigger: .rotateNow, request: request)
            } else if rotation % 97 == 0 {
                try history.rotate(alias, at: time, "failed", error: "unavailable", attempts: 8)
            } else {
                try history.rotate(alias, at: time)
            }
        }
        return try history.finish()
    }

    private func open(_ page: String) async throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium") else {
            return print("Chromium is not there: the page was not opened")
        }
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "AcceptanceTests/Report/check_report.py")
        let result = try await Subprocess.run(
            .path("/usr/bin/env"),
            arguments: ["python3", script.path(), "--once", page],
            output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20)
        )
        print(result.standardOutput, terminator: "")
        guard result.terminationStatus.isSuccess else { throw ValidationError(result.standardError) }
    }
}
