/// The decision of a witness about a request; it is pure, and the caller carries it out.
///
/// For `cosign` the caller first makes the new head durable, in the same transaction in which it has read the known one: else
/// two requests at once could roll the log back.
package enum WitnessDecision: Hashable, Sendable {
    /// Store the head as the log's latest, and then cosign the checkpoint.
    case cosign(Checkpoint)
    /// Answer so; nothing changes.
    case refuse(Refusal)

    /// The tree that a witness cosigned last.
    package struct Head: Hashable, Sendable {
        /// The number of leaves.
        package let size: UInt64
        /// The root of the tree over them.
        package let root: MerkleHash

        /// A head as a witness stored it.
        package init(size: UInt64, root: MerkleHash) {
            self.size = size
            self.root = root
        }
    }

    /// Why a witness does not cosign.
    package enum Refusal: Error, Hashable, Sendable {
        /// No key is known for the log.
        case unknownLog
        /// None of the log's known keys signed the checkpoint.
        case notSigned
        /// A signature of a known key is wrong.
        case badSignature
        /// The old size is above the checkpoint's.
        case oldSizeAboveNew
        /// The witness cosigned a tree of another size last.
        case conflict(size: UInt64)
        /// A checkpoint of size 0 has another root than the empty tree's.
        case notEmptyRoot
        /// The checkpoint is as large as the known tree and has another root: the log has forked.
        case fork
        /// The proof does not show that the checkpoint extends the known tree.
        case badProof(MerkleProofFailure)

        /// The answer of the protocol.
        package var answer: WitnessAnswer {
            switch self {
            case .unknownLog: .unknownLog
            case .notSigned, .badSignature: .forbidden
            case .oldSizeAboveNew: .badRequest
            case .conflict(let size): .conflict(size: size)
            case .notEmptyRoot, .fork, .badProof: .unprocessable
            }
        }

        /// Whether the log signed something that it should not have, so that the request is worth keeping.
        package var mayShowMisbehaviour: Bool { answer == .unprocessable }
    }

    /// Decides in the order of <https://c2sp.org/tlog-witness@v1.0.0>.
    ///
    /// - Parameters:
    ///   - request: What the log sent.
    ///   - known: What the witness cosigned last for the checkpoint's origin; nil before the first time.
    ///   - logKeys: The keys of all known logs; each is named as its log's origin.
    package static func decide(
        _ request: AddCheckpointRequest,
        known: Head?,
        logKeys: [VerifierKey]
    ) -> WitnessDecision {
        do throws(Refusal) {
            try checkSignature(of: request.checkpoint, logKeys: logKeys)
            try checkGrowth(request, known: known ?? Head(size: 0, root: .emptyRoot))
            return .cosign(request.checkpoint.checkpoint)
        } catch { return .refuse(error) }
    }

    private static func checkSignature(of checkpoint: SignedCheckpoint, logKeys: [VerifierKey]) throws(Refusal) {
        do throws(SignedCheckpoint.Rejection) {
            try checkpoint.verify(logKeys: logKeys)
        } catch {
            switch error {
            case .unknownLog: throw .unknownLog
            case .notSigned: throw .notSigned
            case .badSignature: throw .badSignature
            }
        }
    }

    private static func checkGrowth(_ request: AddCheckpointRequest, known: Head) throws(Refusal) {
        let head = request.checkpoint.checkpoint
        guard request.oldSize <= head.size else { throw .oldSizeAboveNew }
        guard request.oldSize == known.size else { throw .conflict(size: known.size) }
        guard head.size > 0 || head.root == .emptyRoot else { throw .notEmptyRoot }
        guard head.size != known.size || head.root == known.root else { throw .fork }
        do throws(MerkleProofFailure) {
            try MerkleVerification.consistency(
                from: (known.size, known.root),
                to: (head.size, head.root),
                proof: request.proof
            )
        } catch { throw .badProof(error) }
    }
}
