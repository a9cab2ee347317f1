import ArgumentParser
import Foundation
import Subprocess
import SystemPackage

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
        let folder = FileManager.default.temporaryDirectory.appending(path: "sr-idle-\(UUID().uuidString.prefix(8))")
            .path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await prepare(folder)
        _ = try await Subprocess.run(
            .path(program),
            arguments: ["--config", "\(folder)/config.yaml", "daemon"],
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            defer { kill(execution.processIdentifier.value, SIGTERM) }
            try await measure(execution.processIdentifier.value, folder)
        }
    }

    private func measure(_ pid: Int32, _ folder: String) async throws {
        for _ in 0..<200 {
            let lock = try? String(contentsOfFile: "\(folder)/rotator.db.lock", encoding: .utf8)
            if lock == "\(pid) ready\n" { break }
            try await Task.sleep(for: .milliseconds(50))
        }
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
        print("CPU time             \((after.ticks - before.ticks) * 1000 / sysconf(Int32(_SC_CLK_TCK))) ms")
        print("resident memory      \(after.residentKiB) KiB (peak \(after.peakKiB) KiB)")
        print("threads              \(after.threads)")
    }

    /// The executable that was built beside this one.
    private var program: FilePath {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return FilePath(URL(filePath: own).deletingLastPathComponent().appending(path: "secret-rotator").path())
    }

    private func prepare(_ folder: String) async throws {
        try Data("unused\n".utf8).write(to: URL(filePath: "\(folder)/token"))
        chmod("\(folder)/token", 0o600)
        // Port 9 (discard): nothing is due, so nobody speaks to it.
        let configuration = """
            database: \(folder)/rotator.db
            hubs: {idle: {url: "http://127.0.0.1:9/api", token: "file:\(folder)/token"}}
            keys: {staging: "file:\(folder)/staging.key"}
            """
        try Data(configuration.utf8).write(to: URL(filePath: "\(folder)/config.yaml"))
        try await run(["keygen", "staging", "--output", "\(folder)/staging.key"])
        let names = (1...schedules).map { "secret_\($0)" }
        try await run(["--config", "\(folder)/config.yaml", "schedule", "add", "--every", "30d"] + names)
    }

    private func run(_ arguments: [String]) async throws {
        let result = try await Subprocess.run(
            .path(program),
            arguments: Arguments(arguments),
            output: .discarded,
            error: .string(limit: 65_536)
        )
        guard result.terminationStatus.isSuccess else { throw ValidationError(result.standardError) }
    }
}
