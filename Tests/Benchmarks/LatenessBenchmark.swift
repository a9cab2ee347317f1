import ArgumentParser
import Foundation

/// How late slots are seen, by a daemon that is idle and by one under full load.
struct LatenessBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lateness",
        abstract: "From a slot's due instant to the start of the look that sees it, idle and under full load.",
        discussion: """
            Secrets rotate every few seconds against nginx on loopback; under load as many others as the hub lets in rotate at the \
            same time, by requests. The figures are the daemon's own (status --json), over the newest 1,024 slots.
            """
    )

    @Option(help: "How many secrets have slots.") var secrets = 40
    @Option(help: "How long each part is watched, in seconds.") var seconds = 30
    @Option(help: "How many rotations make the load.") var load = 20_000

    func run() async throws {
        try await BenchmarkSite.withFolder { folder in
            try await LoopbackServer.withNginx(folder: folder) { server in
                try await measure("idle", port: server.port, load: 0, goal: 5)
                try await measure("under load", port: server.port, load: load, goal: 50)
            }
        }
    }

    private func measure(_ name: String, port: Int, load: Int, goal: Int) async throws {
        let keys = "timeout: 30s, max_in_flight: 64, rate_limit: 100000/s, confirm: false"
        try await BenchmarkSite.with(port: port, hubKeys: keys) { site in
            let timed = (1...secrets).map { "  - {secret: timed_\($0), every: 2s, generator: {type: uuid}}\n" }
            let others = (0..<load).map { "  - {secret: load_\($0), every: 30d, generator: {type: uuid}}\n" }
            let file = "\(site.folder)/schedules.yaml"
            try Data(("schedules:\n" + (timed + others).joined()).utf8).write(to: URL(filePath: file))
            try await site.run(["schedule", "apply", "-f", file])
            try await site.withDaemon { pid in
                let before = try ProcessUsage(pid: pid)
                if load > 0 { try await site.run(["rotate-now", "--all"]) }
                try await Task.sleep(for: .seconds(seconds))
                let status = try await site.run(["status", "--json"], expecting: [0, 1])
                try report(name, status, goal: goal)
                let after = try ProcessUsage(pid: pid)
                let milliseconds = (after.ticks - before.ticks) * 1000 / sysconf(Int32(_SC_CLK_TCK))
                print("  CPU \(milliseconds) ms in \(seconds) s, anonymous memory \(after.anonymousKiB / 1024) MiB")
            }
        }
    }

    private func report(_ name: String, _ status: String, goal: Int) throws {
        for line in status.split(separator: "\n") {
            guard let fields = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                let p99 = fields["slot_lateness_p99_ms"] as? Int, let slots = fields["slots_seen"] as? Int
            else { continue }
            let longest = fields["slot_lateness_max_ms"] as? Int ?? 0
            let verdict = p99 <= goal ? "reached" : "not reached"
            print(
                "\(name): p99 \(p99) ms, max \(longest) ms over \(slots) slots (goal: p99 at most \(goal) ms: \(verdict))"
            )
            return
        }
        throw ValidationError("\(name): no slot was seen")
    }
}
