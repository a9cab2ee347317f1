import ArgumentParser
import Simulation

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

    func run() throws {
        let counts = FaultCounts()
        var (found, rotations, deaths): ([UInt64], Int, Int) = ([], 0, 0)
        let start = ContinuousClock.now
        for seed in from..<from + UInt64(seeds) {
            var options = Simulation.Options(seed: seed)
            options.days = days
            options.secretsPerHub = secrets
            options.keepsFolder = keep
            options.breakage = breakage.flatMap(Breakage.init)
            let outcome = try Simulation.play(options, counts: counts)
            if seeds == 1 || digests { print("seed \(seed): digest \(outcome.digest)") }
            rotations += outcome.rotations
            deaths += outcome.deaths
            guard let violation = outcome.violation else { continue }
            found.append(seed)
            print("seed \(seed): \(violation)")
            // One finding shows that a defect would be found.
            if found.count == (options.breakage == nil ? 10 : 1) { break }
        }
        let took = ContinuousClock.now - start
        print("\(seeds) seeds, \(rotations) rotations, \(deaths) deaths of the daemon, in \(took)")
        for (fault, count) in counts.all.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            print("  \(count)\t\(fault.rawValue)")
        }
        guard found.isEmpty else { throw ExitCode.failure }
    }
}
