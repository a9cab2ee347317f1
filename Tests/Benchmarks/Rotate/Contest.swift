import ArgumentParser
import Glibc
import Subprocess
import SystemPackage

/// The programs that are measured beside the daemon, each in a process of its own.
struct Contest {
    let folder: String
    let counter: WriteCounter
    /// The hub of those that speak to one.
    let server: LoopbackServer

    /// PATCHes from the HTTP client that the daemon uses, and nothing else.
    func bareClient(_ count: Int) async throws -> Contender {
        let program = FilePath("/proc/self/exe")
        let arguments = ["patch", "--port", "\(server.port)", "--count", "\(count)"]
        return try await measure("AsyncHTTPClient alone, 64 in flight", count, .path(program), arguments)
    }

    /// Creates the secrets that are rotated later.
    func createSecrets(_ count: Int) async throws {
        try await ShellCommand.run(
            .path("/proc/self/exe"),
            ["patch", "--create", "--port", "\(server.port)", "--count", "\(count)"]
        )
    }

    /// The rows of rotations in C, so many rotations a commit; 0: a commit a row.
    func replay(_ count: Int, batch: Int) async throws -> Contender {
        let name = batch == 0 ? "rows in C, a commit a row" : "rows in C, \(batch) rotations a commit"
        let place = "\(folder)/replay-\(count)-\(batch)"
        mkdir(place, 0o700)
        let program = try await CCompiler.compile(ReplayProgram.source, to: "\(place)/replay", options: ["-lsqlite3"])
        return try await measure(
            name,
            count,
            .path(FilePath(program)),
            [place, "\(count)", "\(batch)"],
            speaksToServer: false
        )
    }

    /// APScheduler, requests and sqlite3.
    func scheduler(_ count: Int, workers: Int, python: PythonEnvironment) async throws -> Contender {
        let place = "\(folder)/scheduler-\(count)-\(workers)"
        mkdir(place, 0o700)
        return try await measure(
            "APScheduler, \(workers) workers",
            count,
            .path(python.interpreter),
            ["-c", SchedulerProgram.source, place, "\(server.port)", "\(count)", "\(workers)"]
        )
    }

    /// A shell loop with curl.
    func curlLoop(_ count: Int) async throws -> Contender {
        let place = "\(folder)/curl-\(count)"
        mkdir(place, 0o700)
        let arguments = ["-c", CurlLoopProgram.source, "bash", place, "\(server.port)", "\(count)"]
        return try await measure("shell loop with curl", count, .name("bash"), arguments)
    }

    /// Runs a program that prints the seconds, the CPU seconds and the peak KiB that its rotations took.
    private func measure(
        _ name: String,
        _ count: Int,
        _ program: Executable,
        _ arguments: [String],
        speaksToServer: Bool = true
    ) async throws -> Contender {
        let before = (try ProcessUsage.cpuSeconds(pid: server.pid), try counter.counts())
        let output = try await ShellCommand.run(program, arguments, environment: counter.environment)
        let after = (try ProcessUsage.cpuSeconds(pid: server.pid), try counter.counts())
        let numbers = output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard numbers.count == 3, numbers[0] > 0 else { throw ValidationError("\(name) printed \(output)") }
        return Contender(
            name: name,
            count: count,
            seconds: numbers[0],
            cpuSeconds: numbers[1],
            serverSeconds: speaksToServer ? after.0 - before.0 : nil,
            peakKiB: Int(numbers[2]),
            writes: after.1 - before.1
        )
    }
}
