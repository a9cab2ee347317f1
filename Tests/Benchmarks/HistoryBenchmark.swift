import ArgumentParser
import Foundation
import RotationCore
import RotationStore
import Scheduling
import SecretMemory
import Subprocess
import SystemPackage
import TransparencyLog
import ValueGenerators

/// What a long history costs: to append to, to query, to verify and to export; beside the sqlite3 shell.
struct HistoryBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Append, query, verify, export and report a long history."
    )

    @Option(help: "How many entries.") var entries = 1_000_000
    @Option(help: "How many secrets they are about.") var secrets = 1000
    @Option(help: "How many writers append at once.") var writers = 64

    /// The first entry's time: 2026-01-01.
    private static let start: Int64 = 1_767_225_600_000

    func run() async throws {
        try await BenchmarkSite.with { site in
            let key = try SignedNoteKey(name: "bench")
            try Data(key.fileText.utf8).write(to: URL(filePath: "\(site.folder)/audit.key"))
            chmod("\(site.folder)/audit.key", 0o600)
            try await append(site.folder, key)
            try await query(site)
            let vkey = key.verifierKey
            try await measure("audit verify", site, ["audit", "verify", "--key", vkey])
            try await measure("audit prove of the first entry", site, ["audit", "prove", "1"])
            for format in ["jsonl", "csv", "ocsf"] {
                let file = "\(site.folder)/export.\(format)"
                try await measure(
                    "audit export --format \(format)",
                    site,
                    ["audit", "export", "--format", format, "--output", file]
                )
            }
        }
    }

    // MARK: Append

    private func append(_ folder: String, _ key: SignedNoteKey) async throws {
        let text = try String(contentsOfFile: "\(folder)/staging.key", encoding: .utf8)
        let store = try RotationStore(
            path: "\(folder)/rotator.db",
            key: Array(text.utf8).withUnsafeBytes { try StagingKey(LockedBytes(copying: $0)) },
            origin: AuditOrigin(host: "bench.example.com", boot: nil, version: "bench"),
            clock: SystemClock(),
            random: SystemRandom(),
            generators: BuiltInGenerators()
        )
        let cpu = try ProcessUsage.cpuSeconds(pid: getpid())
        let time = try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<writers {
                    group.addTask {
                        for number in stride(from: writer, to: entries, by: writers) {
                            try await store.append(Self.entry(number, secrets))
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        let perEntry = (try ProcessUsage.cpuSeconds(pid: getpid()) - cpu) * 1e6 / Double(entries)
        let signed = try await store.withLedger { try $0.signCheckpoint(with: key, now: SystemClock().now) }
        let sign = try await ContinuousClock().measure {
            try await store.append(Self.entry(entries, secrets))
            _ = try await store.withLedger { try $0.signCheckpoint(with: key, now: SystemClock().now) }
        }
        let compare = try await ContinuousClock().measure {
            _ = try await store.withLedger { try $0.holdUnlessExtends(signed.checkpoint, now: SystemClock().now) }
        }
        await store.close()
        report("append, \(writers) at once", time, " \(perEntry.formatted(places: 1)) µs of CPU each")
        print("append one, and sign the head: \(Int(sign / .microseconds(1))) µs")
        report("compare with the last checkpoint, as at each start", compare, "")
    }

    private static func entry(_ number: Int, _ secrets: Int) -> AuditEntry {
        AuditEntry(
            Audit.SchedulePaused(reason: "maintenance of the system behind it, ticket \(number)", until: nil),
            time: Instant(rawValue: start + Int64(number) * 1000).rfc3339,
            actor: .user(name: "bench", uid: 1000),
            hub: "bench",
            alias: "secret_\(number % secrets)"
        )
    }

    // MARK: Commands

    private func query(_ site: BenchmarkSite) async throws {
        let from = Instant(rawValue: Self.start + Int64(entries) * 250).rfc3339
        let to = Instant(rawValue: Self.start + Int64(entries) * 750).rfc3339
        let list = ["audit", "list", "--json", "--secret", "secret_7", "--since", from, "--until", to]
        let sql = """
            SELECT line FROM audit_log WHERE seq > 0 AND json_extract(line, '$.time') >= '\(from)'
            AND json_extract(line, '$.time') < '\(to)' AND instr(line, '"alias":"secret_7"') > 0
            AND json_extract(line, '$.alias') = 'secret_7' ORDER BY seq
            """
        let shell = ["-readonly", "\(site.folder)/rotator.db", sql]
        var ratios: [Double] = []
        // In turns, as other work on the machine comes and goes.
        for turn in 0..<3 {
            let own = try await measure("audit list of a secret and a time", site, list)
            let other = try await measure("the same in the sqlite3 shell", .path("/usr/bin/sqlite3"), shell)
            if turn > 0 { ratios.append(own / other) }
        }
        print("audit list takes \(((ratios.min() ?? 0)).formatted(places: 2)) times as long as the shell")
    }

    @discardableResult
    private func measure(_ name: String, _ site: BenchmarkSite, _ arguments: [String]) async throws -> Duration {
        try await measure(name, .path(BenchmarkSite.program), ["--config", "\(site.folder)/config.yaml"] + arguments)
    }

    /// Runs a program under Python, which knows the peak of its memory.
    @discardableResult
    private func measure(_ name: String, _ program: Executable, _ arguments: [String]) async throws -> Duration {
        let script = """
            import resource, subprocess, sys, time
            start = time.monotonic()
            status = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            seconds = time.monotonic() - start
            status.returncode == 0 or sys.exit(status.stderr.decode())
            usage = resource.getrusage(resource.RUSAGE_CHILDREN)
            print(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, status.stdout.count(b'\\n'))
            """
        let output = try await ShellCommand.run(
            .name("python3"),
            ["-c", script, program.description] + arguments
        )
        let fields = output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard fields.count == 4 else { throw ValidationError("\(name): \(output)") }
        let time = Duration.seconds(fields[0])
        report(
            name,
            time,
            " CPU \(fields[1].formatted(places: 2)) s, peak \(Int(fields[2] / 1024)) MiB, \(Int(fields[3])) lines"
        )
        return time
    }

    private func report(_ name: String, _ time: Duration, _ more: String) {
        let seconds = time / .seconds(1)
        let rate = Int(Double(entries) / seconds)
        print("\(name): \(seconds.formatted(places: 2)) s, \(rate) entries/s,\(more)")
    }
}
