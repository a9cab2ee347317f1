import RotationCore
import TransparencyLog

/// The exchange about one checkpoint with one witness: decides what follows from each answer.
struct WitnessRound {
    /// What follows from an answer.
    enum Step: Hashable {
        /// Ask again, with a proof from this size.
        case ask(from: UInt64)
        /// Verify and keep the cosignatures.
        case verify([NoteSignature])
        /// Give up for now.
        case fail(Audit.WitnessFailed.Error, witnessSize: UInt64? = nil, httpStatus: Int? = nil)
    }

    /// The conflicts after which a witness is left alone for a while: other logs can't be in the way, so the second one is odd.
    static let mostConflicts = 3
    private var conflicts = 0

    /// Decides about an answer.
    ///
    /// - Parameters:
    ///   - request: What was asked.
    ///   - newest: The size of the newest checkpoint now, after the answer: the witness can't know a larger one.
    mutating func step(after answer: WitnessAnswer, to request: AddCheckpointRequest, newest: UInt64) -> Step {
        switch answer {
        case .cosigned(let signatures): .verify(signatures)
        case .conflict(let size): conflict(size, request, newest)
        case .unprocessable: .fail(.fork, witnessSize: request.oldSize)
        case .unknownLog: .fail(.unknownLog)
        case .forbidden: .fail(.notSigned)
        case .badRequest: .fail(.badRequest)
        case .other(let status): .fail(.status, httpStatus: status)
        }
    }

    private mutating func conflict(_ size: UInt64, _ request: AddCheckpointRequest, _ newest: UInt64) -> Step {
        guard size <= newest else { return .fail(.ahead, witnessSize: size) }
        guard size != request.oldSize else {
            // Some witnesses answer so where the root of a tree of this size is another one.
            return size == request.checkpoint.checkpoint.size
                ? .fail(.fork, witnessSize: size) : .fail(.malformed, witnessSize: size)
        }
        conflicts += 1
        return conflicts < Self.mostConflicts ? .ask(from: size) : .fail(.malformed, witnessSize: size)
    }
}
