import Logging
import RotationCore
import RotationStore
import Scheduling
import TransparencyLog
import Witness

/// Asks one witness to cosign each checkpoint, as soon as it is signed.
///
/// It reads the stream of commits, and the checkpoints through a reader of its own: neither signing nor a rotation ever waits for
/// a witness. What a witness misses while it is away is not asked for later: its next cosignature covers it.
struct WitnessAsker: Sendable {
    let member: WitnessQuorum.Member
    let url: WitnessURL
    let client: WitnessClient
    let store: RotationStore
    let reader: HistoryQueue
    let logger: Logger
    /// The first and the longest wait after a failure; each is twice as long as the one before.
    var pauses: ClosedRange<Duration> = .seconds(1) ... .seconds(300)

    /// Whether a failure is recorded in the history.
    var recordsFailures = true

    /// The tree lacks leaves below a checkpoint, or a checkpoint: another program has changed the history.
    struct LeavesMissing: Error, CustomStringConvertible {
        var description: String { "the history's tree lacks leaves: see audit verify" }
    }

    /// How a round has ended.
    enum Outcome: Hashable {
        /// There was nothing to cosign.
        case nothingToDo
        case cosigned
        case failed
    }

    /// Asks until its task is cancelled or the stream ends.
    func run() async {
        var pause = pauses.lowerBound
        var isFirst = true
        while !Task.isCancelled {
            let position = store.stream.position
            switch await round(isFirst: isFirst) {
            case .nothingToDo: guard await isCheckpointSigned(after: position) else { return }
            case .cosigned: pause = pauses.lowerBound
            case .failed:
                isFirst = false
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, pauses.upperBound)
            }
        }
    }

    /// Waits until a checkpoint may have been signed.
    ///
    /// - Returns: false where none will be.
    private func isCheckpointSigned(after position: Int64) async -> Bool {
        var position = position
        while true {
            switch await store.stream.next(after: position) {
            case .commits(let commits):
                if commits.contains(where: \.changes.hasCheckpoint) { return true }
                position = commits.last?.number ?? position
            case .readAgain: return true
            case .ended: return false
            }
        }
    }

    /// Asks for a cosignature of the newest checkpoint, if the witness has not cosigned it.
    ///
    /// - Parameter isFirst: Whether a failure that is known already is to be logged.
    func round(isFirst: Bool = false) async -> Outcome {
        do {
            guard let outlook = try await reader.outlook(for: member.key), !outlook.isCosigned else {
                return .nothingToDo
            }
            // Where the witness knows more than the checkpoint that it is asked about, it says so.
            let known = UInt64(clamping: outlook.standing?.cosigned?.size ?? 0)
            return try await ask(from: min(known, outlook.newest.size), isFirst: isFirst)
        } catch is CancellationError {
            return .failed
        } catch {
            logger.error("a checkpoint can't be given to its witness", metadata: metadata(["error": "\(error)"]))
            return .failed
        }
    }

    private func ask(from size: UInt64, isFirst: Bool) async throws -> Outcome {
        var (round, size) = (WitnessRound(), size)
        while true {
            guard let request = try await reader.request(from: size) else {
                // A checkpoint of that size was read before.
                throw LeavesMissing()
            }
            let answer: WitnessAnswer
            do throws(WitnessFailure) { answer = try await client.submit(request, to: url) } catch {
                if Task.isCancelled { throw CancellationError() }
                return try await fail(.init(error), request, reason: "\(error)", isFirst: isFirst)
            }
            let newest = try await reader.outlook(for: member.key)?.newest.size ?? 0
            switch round.step(after: answer, to: request, newest: newest) {
            case .ask(let known): size = known
            case .verify(let signatures): return try await keep(signatures, request, isFirst: isFirst)
            case .fail(let error, let known, let status):
                var failure = failure(error, request)
                (failure.witnessSize, failure.httpStatus) = (known.map { Int64(clamping: $0) }, status)
                return try await fail(failure, isFirst: isFirst)
            }
        }
    }

    private func keep(
        _ signatures: [NoteSignature],
        _ request: AddCheckpointRequest,
        isFirst: Bool
    ) async throws -> Outcome {
        let checkpoint = request.checkpoint
        let verified = try? WitnessAnswer.verified(signatures, of: checkpoint, by: [member.key])
        guard let cosignature = verified?.last else {
            return try await fail(failure(.wrongKey, request), isFirst: isFirst)
        }
        try await store.withLedger {
            try $0.addCosignature(cosignature, of: checkpoint.checkpoint, now: SystemClock().now)
        }
        logger.info("cosigned", metadata: metadata(["size": "\(checkpoint.checkpoint.size)"]))
        return .cosigned
    }

    // MARK: Failures

    private func failure(_ error: Audit.WitnessFailed.Error, _ request: AddCheckpointRequest) -> Audit.WitnessFailed {
        let size = Int64(clamping: request.checkpoint.checkpoint.size)
        return Audit.WitnessFailed(witness: member.key.name.description, error: error, size: size)
    }

    private func fail(
        _ error: Audit.WitnessFailed.Error,
        _ request: AddCheckpointRequest,
        reason: String,
        isFirst: Bool
    ) async throws -> Outcome {
        logger.debug("no answer of a witness", metadata: metadata(["reason": "\(reason)"]))
        return try await fail(failure(error, request), isFirst: isFirst)
    }

    private func fail(_ failure: Audit.WitnessFailed, isFirst: Bool) async throws -> Outcome {
        guard recordsFailures else { return .failed }
        let key = member.key
        let isNews = try await store.withLedger { try $0.noteFailure(failure, of: key, now: SystemClock().now) }
        log(failure, isNews: isNews || isFirst)
        return .failed
    }

    private func log(_ failure: Audit.WitnessFailed, isNews: Bool) {
        let metadata = metadata(["error": "\(failure.error.rawValue)", "size": "\(failure.size)"])
        switch (failure.error.isOtherHistory, isNews) {
        case (true, true):
            logger.critical(
                "a witness has cosigned another history than this one: entries were removed or changed here",
                metadata: metadata
            )
        case (false, true): logger.warning("a witness does not cosign; it is asked again", metadata: metadata)
        case (_, false): logger.debug("a witness still does not cosign", metadata: metadata)
        }
    }

    private func metadata(_ more: Logger.Metadata) -> Logger.Metadata {
        more.merging(["witness": "\(member.key.name)", "url": "\(url)"]) { $1 }
    }
}

extension Audit.WitnessFailed.Error {
    fileprivate init(_ failure: WitnessFailure) {
        self =
            switch failure {
            case .timedOut: .timedOut
            case .unreachable: .unreachable
            case .malformed: .malformed
            }
    }
}
