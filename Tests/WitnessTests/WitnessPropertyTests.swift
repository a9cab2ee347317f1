import TestSupport
import Testing
import TransparencyLog

@testable import Witness

/// Whatever is submitted in whatever order, two witnesses together hold one history.
@Suite(.timeLimit(.minutes(5)))
struct WitnessPropertyTests {
    /// The logs of one key, and what is to be submitted of them.
    private struct Dice {
        var random: SplitMix64
        let logs: [BranchedLog]
        let size: Int

        init(seed: UInt64) throws {
            random = SplitMix64(seed: seed)
            size = Int.random(in: 2...24, using: &random)
            let trunk = try BranchedLog(count: size)
            var logs = [trunk]
            for branch in 1...3 {
                logs.append(BranchedLog(forking: trunk, at: Int.random(in: 0..<size, using: &random), branch: branch))
            }
            self.logs = logs
        }

        /// A request that is right in about half of its parts.
        mutating func request(known: Int) throws -> AddCheckpointRequest {
            let log = logs[Int.random(in: 0..<logs.count, using: &random)]
            let old = Bool.random(using: &random) ? known : Int.random(in: 0...size, using: &random)
            let new = Int.random(in: 0...size, using: &random)
            let prover =
                Int.random(in: 0..<4, using: &random) == 0 ? logs[Int.random(in: 0..<logs.count, using: &random)] : log
            let proof = Int.random(in: 0..<8, using: &random) == 0 ? [] : prover.proof(min(old, new), new)
            return AddCheckpointRequest(oldSize: UInt64(old), proof: proof, checkpoint: try log.checkpoint(new))
        }
    }

    @Test func twoWitnessesNeverCosignAFork() async throws {
        let first = UInt64.random(in: 0...UInt64.max - 1000)
        print("witness seeds: \(first)…\(first + 39)")
        var cosigned = 0
        for seed in first..<first + 40 { cosigned += try await Self.run(seed: seed) }
        // Else it would have shown nothing.
        #expect(cosigned > 100)
    }

    /// Submits at random to one witness each; the cosigned checkpoints of each witness must be of one log.
    private static func run(seed: UInt64) async throws -> Int {
        var dice = try Dice(seed: seed)
        let keys = try (1...2).map { try CosignatureKey(name: "w\($0)") }
        let paths = ["w1.db", "w2.db"]
        let logKeys = [dice.logs[0].key.verifier]
        return try await TemporaryFolder.with { folder in
            var heads = try paths.map { try WitnessHeads(path: folder.file($0)) }
            var cosigned: [[Checkpoint]] = [[], []]
            for _ in 0..<60 {
                let which = Int.random(in: 0..<2, using: &dice.random)
                if Int.random(in: 0..<20, using: &dice.random) == 0 {
                    await heads[which].close()
                    heads[which] = try WitnessHeads(path: folder.file(paths[which]))
                }
                let request = try dice.request(known: Int(cosigned[which].last?.size ?? 0))
                let outcome = try await heads[which].submit(request, logKeys: logKeys, key: keys[which]) { 1 }
                if case .cosigned = outcome { cosigned[which].append(request.checkpoint.checkpoint) }
            }
            for (index, checkpoints) in cosigned.enumerated() {
                #expect(isOneHistory(checkpoints, dice.logs), "seed \(seed), witness \(index)")
            }
            for head in heads { await head.close() }
            return cosigned.joined().count
        }
    }

    /// Whether checkpoints come one after the other in one of the logs, computed from its leaves.
    private static func isOneHistory(_ checkpoints: [Checkpoint], _ logs: [BranchedLog]) -> Bool {
        guard checkpoints.map(\.size) == checkpoints.map(\.size).sorted() else { return false }
        return logs.contains { log in
            checkpoints.allSatisfy { (try? log.checkpoint(Int($0.size)).checkpoint) == $0 }
        }
    }
}
