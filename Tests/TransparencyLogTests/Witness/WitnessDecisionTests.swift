import TestSupport
import Testing
import TransparencyLog

@Suite("Decisions of a witness")
struct WitnessDecisionTests {
    private static func head(_ log: TestLog, _ size: Int) -> WitnessDecision.Head {
        WitnessDecision.Head(size: UInt64(size), root: log.frontier(size).root)
    }

    private func decide(_ request: AddCheckpointRequest, _ known: WitnessDecision.Head?, _ log: TestLog)
        -> WitnessDecision
    {
        WitnessDecision.decide(request, known: known, logKeys: [log.key.verifier])
    }

    @Test("each growth is cosigned, from nothing and from the same size too")
    func growth() throws {
        let log = try TestLog(count: 12)
        for new in 0...12 {
            for old in 0...new {
                let request = try log.request(old, new)
                let expected = WitnessDecision.cosign(request.checkpoint.checkpoint)
                #expect(decide(request, Self.head(log, old), log) == expected, "\(old) to \(new)")
                if old == 0 { #expect(decide(request, nil, log) == expected) }
            }
        }
    }

    @Test("a known size that is not the request's old one is a conflict")
    func conflict() throws {
        let log = try TestLog(count: 9)
        let request = try log.request(5, 9)
        for known in [0, 4, 6, 9] where known != 5 {
            #expect(decide(request, Self.head(log, known), log) == .refuse(.conflict(size: UInt64(known))))
        }
        #expect(decide(request, nil, log) == .refuse(.conflict(size: 0)))
        #expect(decide(try log.request(0, 9), Self.head(log, 5), log) == .refuse(.conflict(size: 5)))
    }

    @Test("an older head is a bad request, or a conflict: never a step back")
    func rewind() throws {
        let log = try TestLog(count: 9)
        let back = AddCheckpointRequest(oldSize: 9, proof: [], checkpoint: try log.checkpoint(5))
        #expect(decide(back, Self.head(log, 9), log) == .refuse(.oldSizeAboveNew))
        let again = AddCheckpointRequest(oldSize: 0, proof: [], checkpoint: try log.checkpoint(5))
        #expect(decide(again, Self.head(log, 9), log) == .refuse(.conflict(size: 9)))
    }

    @Test("a fork is refused wherever it is, with any proof", arguments: [UInt64(1), 2, 3])
    func fork(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let log = try TestLog(count: 40)
        for _ in 0..<40 {
            let known = Int.random(in: 1...40, using: &random)
            let new = Int.random(in: known...40, using: &random)
            let fork = TestLog(forking: log, at: Int.random(in: 0..<known, using: &random))
            for proof in [fork.consistency(known, new), log.consistency(known, new), []] {
                let checkpoint = try fork.checkpoint(new)
                let request = AddCheckpointRequest(oldSize: UInt64(known), proof: proof, checkpoint: checkpoint)
                let decision = decide(request, Self.head(log, known), log)
                guard case .refuse(let refusal) = decision else {
                    Issue.record("seed \(seed): cosigned a fork, \(known) to \(new)")
                    continue
                }
                #expect(refusal.answer == .unprocessable && refusal.mayShowMisbehaviour, "seed \(seed)")
                if new == known { #expect(refusal == .fork, "seed \(seed)") }
            }
        }
    }

    @Test("other proofs are refused")
    func badProofs() throws {
        let log = try TestLog(count: 9)
        let good = try log.request(5, 9)
        let hash = MerkleHash.leaf("x")
        for proof in [[], good.proof.dropLast(), good.proof + [hash], Array(good.proof.dropFirst())] {
            let request = AddCheckpointRequest(oldSize: 5, proof: proof, checkpoint: good.checkpoint)
            #expect(decide(request, Self.head(log, 5), log) != .cosign(good.checkpoint.checkpoint))
        }
        let needless = AddCheckpointRequest(oldSize: 0, proof: [hash], checkpoint: good.checkpoint)
        #expect(decide(needless, nil, log) == .refuse(.badProof(.wrongLength)))
        let same = AddCheckpointRequest(oldSize: 9, proof: [hash], checkpoint: good.checkpoint)
        #expect(decide(same, Self.head(log, 9), log) == .refuse(.badProof(.wrongLength)))
    }

    @Test("an empty tree has one root")
    func empty() throws {
        let log = try TestLog(count: 0)
        let wrong = try log.key.signCheckpoint(size: 0, root: .leaf("x"))
        let request = AddCheckpointRequest(oldSize: 0, proof: [], checkpoint: wrong)
        #expect(decide(request, nil, log) == .refuse(.notEmptyRoot))
        #expect(WitnessDecision.Refusal.notEmptyRoot.answer.status == 422)
    }

    @Test("who may not ask: an unknown log, no signature, a wrong one")
    func signatures() throws {
        let (log, other) = (try TestLog(count: 3), try TestLog(count: 3))
        let request = try log.request(0, 3)
        #expect(WitnessDecision.decide(request, known: nil, logKeys: []) == .refuse(.unknownLog))
        #expect(decide(request, nil, other) == .refuse(.notSigned))
        let text = request.checkpoint.checkpoint.text
        let wrong = SignedNote.checkpoint(text, try log.key.sign(text + text))
        let forged = AddCheckpointRequest(oldSize: 0, proof: [], checkpoint: try SignedCheckpoint(wrong))
        #expect(decide(forged, nil, log) == .refuse(.badSignature))
        let statuses = [WitnessDecision.Refusal.unknownLog, .notSigned, .badSignature].map(\.answer.status)
        #expect(statuses == [404, 403, 403])
    }
}
