import ArgumentParser
import Dispatch
import Foundation
import Simulation
import Synchronization

/// The long form of the simulation's tests.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Play many lives of daemons in made-up time, and look for what must never happen.",
        discussion: """
            Each seed is a run that comes again exactly. Exits with 1 and the seeds that found something; play one alone \
            with --from SEED --seeds 1. With --breakage a defect is built in, which must be found.
            """
    )

    @Option(help: "The first seed.") var from: UInt64 = 1
    @Option(help: "How many seeds.") var seeds = 10_000
    @Option(help: "How many days things go wrong in each.") var days = 2
    @Option(help: "Secrets of each of the two hubs.") var secrets = 3
    @Option(help: "A defect to build in; one of \(Breakage.allCases.map(\.rawValue).joined(separator: ", ")).")
    var breakage: String?

    @Flag(help: "Print each seed's digest, which a seed alone always does: another run of it prints the same.")
    var digests = false

    @Flag(help: "Leave the databases, and say where: their history tells what led to a violation.") var keep = false

    @Option(help: "How many seeds are played at once; one a processor if not given.")
    var jobs = ProcessInfo.processInfo.activeProcessorCount

    func run() throws {
        SQLiteSettings.countNoMemory()
        SQLiteSettings.lockNoFiles()
        let counts = FaultCounts()
        var outcomes: [Simulation.Outcome] = []
        let start = ContinuousClock.now
        // One finding shows that a defect would be found.
        let limit = breakage == nil ? 10 : 1
        var next = from
        while next < from + UInt64(seeds), outcomes.count(where: { $0.violation != nil }) < limit {
            let end = min(next + UInt64(jobs) * 16, from + UInt64(seeds))
            let played = try play(Array(next..<end), counts)
            for outcome in played { report(outcome) }
            outcomes += played
            next = end
        }
        let took = ContinuousClock.now - start
        let (rotations, deaths) = (outcomes.map(\.rotations).reduce(0, +), outcomes.map(\.deaths).reduce(0, +))
        print("\(outcomes.count) seeds, \(rotations) rotations, \(deaths) deaths of the daemon, in \(took)")
        for (fault, count) in counts.all.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            print("  \(count)\t\(fault.rawValue)")
        }
        guard outcomes.allSatisfy({ $0.violation == nil }) else { throw ExitCode.failure }
    }

    /// Plays seeds, as many at once as there are jobs: each is a run of its own, on one thread.
    private func play(_ seeds: [UInt64], _ counts: FaultCounts) throws -> [Simulation.Outcome] {
        let left = Mutex(seeds[...])
        let results = Mutex<[Result<Simulation.Outcome, any Error>]>([])
        DispatchQueue.concurrentPerform(iterations: max(jobs, 1)) { _ in
            while let seed = left.withLock({ $0.popFirst() }) {
                let result = Result { try Simulation.play(options(seed), counts: counts) }
                results.withLock { $0.append(result) }
            }
        }
        return try results.withLock { $0 }.map { try $0.get() }.sorted { $0.seed < $1.seed }
    }

    private func options(_ seed: UInt64) -> Simulation.Options {
        var options = Simulation.Options(seed: seed)
        options.days = days
        options.secretsPerHub = secrets
        options.keepsFolder = keep
        options.breakage = breakage.flatMap(Breakage.init)
        return options
    }

    private func report(_ outcome: Simulation.Outcome) {
        if seeds == 1 || digests { print("seed \(outcome.seed): digest \(outcome.digest)") }
        if let violation = outcome.violation { print("seed \(outcome.seed): \(violation)") }
    }
}
