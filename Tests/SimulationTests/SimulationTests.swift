import Dispatch
import Simulation
import Testing

/// Many lives of daemons in made-up time; the long form is `Benchmarks simulate`.
@Suite(.serialized)
struct SimulationTests {
    /// Plays runs on a thread of their own: other tests need the ones of Swift's pool.
    private static func play(
        _ runs: @escaping @Sendable (FaultCounts) throws -> [Simulation.Outcome]
    ) async throws -> [Simulation.Outcome] {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try runs(FaultCounts()) })
            }
        }
    }

    @Test func noSeedFindsAnything() async throws {
        let outcomes = try await Self.play { counts in
            try (UInt64(1)...30).map { seed in
                var options = Simulation.Options(seed: seed)
                options.checksEntries = seed <= 6
                return try Simulation.play(options, counts: counts)
            }
        }
        for outcome in outcomes { #expect(outcome.violation == nil, "seed \(outcome.seed)") }
        #expect(outcomes.map(\.rotations).reduce(0, +) > 400)
    }

    /// Batches are shared, and die, fail and lie in each of their steps.
    @Test func eachFaultOfABatchHappens() async throws {
        let counts = FaultCounts()
        _ = try await Self.play { _ in
            try (UInt64(31)...60).map { try Simulation.play(.init(seed: $0), counts: counts) }
        }
        let faults: [Fault] = [
            .sharedCommit, .crashBetweenMates, .crashInMember, .crashBeforeCommit, .crashAfterBatch, .memberRefused,
            .repeatedBatch, .rolledBack, .commitRefused, .commitPretended,
        ]
        for fault in faults { #expect(counts.all[fault, default: 0] > 0, "\(fault.rawValue)") }
    }

    /// CI plays the other three in a release build: they take more seeds, or others than a debug build.
    @Test(arguments: Breakage.allCases.filter { ![.forgetsAmbiguity, .doesNotHold, .ignoresOthers].contains($0) })
    func builtInDefectIsFound(_ breakage: Breakage) async throws {
        let outcomes = try await Self.play { counts in
            var outcomes: [Simulation.Outcome] = []
            for seed in UInt64(1)...60 where outcomes.last?.violation == nil {
                var options = Simulation.Options(seed: seed)
                options.breakage = breakage
                outcomes.append(try Simulation.play(options, counts: counts))
            }
            return outcomes
        }
        #expect(outcomes.last?.violation != nil)
    }

    /// The idea of Sunlight's TestSequenceErrors: each durable write fails once, not persisted, and persisted but reported
    /// as failed; the daemon dies with it, reads everything again, and all must be well.
    @Test(arguments: [false, true])
    func eachDurableWriteMayFailEitherWay(isPersisted: Bool) async throws {
        let outcomes = try await Self.play { counts in
            // The writes of the first rotations of each kind; the later ones are the same again.
            try (1...60).map { number in
                var options = Simulation.Options(seed: 7)
                (options.hubs, options.secretsPerHub, options.days) = (1, 2, 0)
                options.failedWrite = .init(number: number, isPersisted: isPersisted)
                return try Simulation.play(options, counts: counts)
            }
        }
        for (index, outcome) in outcomes.enumerated() {
            #expect(outcome.violation == nil, "write \(index + 1)")
            #expect(outcome.deaths == 1, "write \(index + 1)")
        }
    }

    @Test func sameSeedIsTheSameRunAndAnotherSeedAnother() async throws {
        let runs = try await Self.play { counts in
            try [5, 5, 6, 6, 7].map { try Simulation.play(.init(seed: $0), counts: counts) }
        }
        let digests = runs.map(\.digest)
        #expect(digests[0] == digests[1] && digests[2] == digests[3])
        #expect(Set(digests).count == 3)
        #expect(runs.allSatisfy { $0.rotations > 0 })
    }
}
