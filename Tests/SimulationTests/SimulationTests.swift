import Simulation
import Testing

/// Many lives of daemons in made-up time; the long form is `Benchmarks simulate`.
struct SimulationTests {
    @Test func noSeedFindsAnything() throws {
        let counts = FaultCounts()
        var rotations = 0
        for seed in UInt64(1)...40 {
            let outcome = try Simulation.play(.init(seed: seed), counts: counts)
            #expect(outcome.violation == nil, "seed \(seed)")
            rotations += outcome.rotations
        }
        #expect(rotations > 400)
    }
}
