import RotationCore
import Testing
import TransparencyLog

@testable import RotationDaemon

/// What follows from each answer of a witness.
struct WitnessRoundTests {
    private static func request(from old: UInt64, to size: UInt64) throws -> AddCheckpointRequest {
        let checkpoint = try SignedNoteKey(name: "o").signCheckpoint(size: size, root: .emptyRoot)
        return AddCheckpointRequest(oldSize: old, proof: [], checkpoint: checkpoint)
    }

    @Test(arguments: [
        (WitnessAnswer.unprocessable, WitnessRound.Step.fail(.fork, witnessSize: 5)),
        (.unknownLog, .fail(.unknownLog)), (.forbidden, .fail(.notSigned)), (.badRequest, .fail(.badRequest)),
        (.other(status: 503), .fail(.status, httpStatus: 503)), (.cosigned([]), .verify([])),
        (.conflict(size: 7), .ask(from: 7)), (.conflict(size: 0), .ask(from: 0)),
        // A checkpoint that was signed meanwhile, and that the witness can't know from us yet: still in our log.
        (.conflict(size: 12), .ask(from: 12)),
        (.conflict(size: 13), .fail(.ahead, witnessSize: 13)),
        // The same size that was sent is no conflict.
        (.conflict(size: 5), .fail(.malformed, witnessSize: 5)),
    ])
    func answerLeadsToAStep(answer: WitnessAnswer, step: WitnessRound.Step) throws {
        var round = WitnessRound()
        #expect(round.step(after: answer, to: try Self.request(from: 5, to: 10), newest: 12) == step)
    }

    /// As some witnesses answer where the root of the size that they know is another one.
    @Test func conflictWithTheOwnSizeIsAFork() throws {
        var round = WitnessRound()
        let request = try Self.request(from: 10, to: 10)
        #expect(round.step(after: .conflict(size: 10), to: request, newest: 10) == .fail(.fork, witnessSize: 10))
    }

    /// A witness that answers another size each time is left alone.
    @Test func conflictsEnd() throws {
        var round = WitnessRound()
        let request = try Self.request(from: 5, to: 10)
        let steps = [1, 2, 3].map { round.step(after: .conflict(size: $0), to: request, newest: 10) }
        #expect(steps == [.ask(from: 1), .ask(from: 2), .fail(.malformed, witnessSize: 3)])
    }
}
