import ArgumentParser
import Foundation

/// How fast the daemon rotates, what limits it, and what a user would take instead, in one run.
struct RotateBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Rotations a second of the daemon, end to end, beside what limits it and what else one could take.",
        discussion: """
            N secrets are due at once; the hub is nginx on loopback, which answers {} to each PATCH. CPU MS (the program's) \
            and SERVER MS (the hub's), FSYNCS and COMMITS are those of one rotation. FSYNC µS is the mean of the contender's \
            own in its run; DISK µS is the disk's for 4 KiB, the median of 200 right after it. F is what two cores could do at the most: 2 / (CPU of a bare PATCH \
            with its server + CPU of the rows in C, 64 rotations a commit).

            Needs nginx and cc; the contender in Python is left out where PyPI can't be reached, and the reason printed.
            """
    )

    @Option(parsing: .upToNextOption, help: "How many secrets are due at once; each number is a run.")
    var count = [1000, 10_000]
    @Flag(help: "Also against the sandbox, without and with confirmation.") var confirm = false
    @Flag(help: "Also with rotate-now --wait.") var wait = false
    @Flag(help: "All of it with 300 secrets, but for Python: for CI.") var short = false

    /// The most rotations of contenders that are slow.
    private static let (mostOfScheduler, mostOfSingleRows, mostOfCurl) = (10_000, 1000, 300)

    func validate() throws {
        guard !count.isEmpty, count.allSatisfy({ (1...1_000_000).contains($0) }) else {
            throw ValidationError("--count: give numbers from 1 to 1000000")
        }
    }

    func run() async throws {
        let counts = short ? [300] : count.sorted()
        try await BenchmarkSite.withFolder { folder in
            let counter = try await WriteCounter(folder: folder)
            show("load average before: \(Self.loadAverage), on \(ProcessInfo.processInfo.activeProcessorCount) cores")
            var results = try await LoopbackServer.withNginx(folder: folder) { server in
                try await compare(counts, Contest(folder: folder, counter: counter, server: server))
            }
            for index in results.indices where confirm || short {
                let (unconfirmed, confirmed) = try await compareConfirmation(results[index].count, counter)
                results[index].unconfirmed = unconfirmed
                results[index].confirmed = confirmed
            }
            show("load average after: \(Self.loadAverage), with the benchmark's own\n")
            for goal in RotationGoal.all(results) { show(goal.line) }
        }
    }

    private func compare(_ counts: [Int], _ contest: Contest) async throws -> [RotationResults] {
        let python = short ? nil : await python(contest.folder)
        show(ContenderTable.heading)
        var (results, schedulers): ([RotationResults], [Int: Contender]) = ([], [:])
        for count in counts {
            var run = RotationRun(
                name: "secret-rotator",
                count: count,
                server: contest.server,
                counter: contest.counter
            )
            let daemon = try show(await run.measure())
            (run.waits, run.name) = (true, "secret-rotator, --wait")
            let waiting = wait || short ? try show(await run.measure()) : nil
            let bareClient = try show(await contest.bareClient(count))
            let batchedRows = try show(await contest.replay(count, batch: 64))
            let bounded = min(count, Self.mostOfScheduler)
            if let python, schedulers[bounded] == nil {
                let few = try show(await contest.scheduler(bounded, workers: 16, python: python))
                let many = try show(await contest.scheduler(bounded, workers: 64, python: python))
                schedulers[bounded] = few.rate > many.rate ? few : many
            }
            var result = RotationResults(count: count, daemon: daemon, bareClient: bareClient, batchedRows: batchedRows)
            (result.waiting, result.scheduler) = (waiting, schedulers[bounded])
            results.append(result)
        }
        try show(await contest.replay(min(counts[0], Self.mostOfSingleRows), batch: 0))
        try show(await contest.curlLoop(min(counts[0], Self.mostOfCurl)))
        return results
    }

    /// The daemon against the sandbox, without and with confirmation; each time a sandbox that has just been filled.
    private func compareConfirmation(_ count: Int, _ counter: WriteCounter) async throws -> (Contender, Contender) {
        func measure(_ name: String, confirms: Bool) async throws -> Contender {
            try await LoopbackServer.withSandbox { server in
                try await Contest(folder: "", counter: counter, server: server).createSecrets(count)
                var run = RotationRun(name: name, count: count, server: server, counter: counter)
                run.confirms = confirms
                return try await run.measure()
            }
        }
        let unconfirmed = try show(await measure("secret-rotator, sandbox", confirms: false))
        return (unconfirmed, try show(await measure("secret-rotator, sandbox, confirmed", confirms: true)))
    }

    /// Python with its packages; nil where they can't be had, which is said.
    private func python(_ folder: String) async -> PythonEnvironment? {
        do { return try await PythonEnvironment(folder: folder) } catch {
            show("\(error)")
            return nil
        }
    }

    /// Prints a contender, and beside it the disk's own fsync time right after its run.
    @discardableResult
    private func show(_ contender: Contender) throws -> Contender {
        let sync = try DiskSync.median(in: FileManager.default.temporaryDirectory.path())
        show(ContenderTable.line(of: contender, diskSync: sync))
        return contender
    }

    /// How many processes wanted a core in the last minute: other work on the machine spoils what is measured.
    private static var loadAverage: String {
        var average = 0.0
        getloadavg(&average, 1)
        return average.formatted(places: 1)
    }

    /// Prints a line at once: a run takes minutes.
    private func show(_ line: String) {
        print(line)
        fflush(nil)
    }
}
