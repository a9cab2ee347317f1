import RotationStore
import Synchronization

/// One change that was asked for, from the call to its answer: what its caller must be told, as the batch knows it.
final class Ticket: Sendable {
    /// What has become of it in its batch.
    enum Fate {
        case waiting
        /// It is written; nothing is durable yet.
        case written(any Sendable)
        /// It has failed alone.
        case refused(any Error)
        /// COMMIT has returned.
        case durable(any Sendable)
    }

    private struct State {
        var fate = Fate.waiting
        /// What the whole batch has failed with.
        var failure: (any Error)?
        /// A batch-mate's own failure.
        var matesFailure: (any Error)?
        var early: CheckedContinuation<any Sendable, any Error>?
    }

    /// The ticket of the call that the present task makes.
    @TaskLocal static var current: Ticket?

    private let state = Mutex(State())
    private let onDurable: @Sendable (any Sendable) -> Void

    init(onDurable: @escaping @Sendable (any Sendable) -> Void) {
        self.onDurable = onDurable
    }

    var matesFailure: (any Error)? { state.withLock { $0.matesFailure } }

    // MARK: What the batch knows

    func write(_ result: any Sendable) {
        let early = state.withLock { state in
            state.fate = .written(result)
            return state.early.take()
        }
        early?.resume(returning: result)
    }

    func refuse(_ error: any Error) {
        let early = state.withLock { state in
            state.fate = .refused(error)
            return state.early.take()
        }
        early?.resume(throwing: error)
    }

    /// A batch-mate has failed alone.
    func noteRefusal(ofMate error: any Error) {
        state.withLock { $0.matesFailure = error }
    }

    func becomeDurable() {
        let result: (any Sendable)? = state.withLock { state in
            guard case .written(let result) = state.fate else { return nil }
            state.fate = .durable(result)
            return result
        }
        if let result { onDurable(result) }
    }

    func failBatch(_ error: any Error) {
        let early = state.withLock { state in
            state.failure = error
            return state.early.take()
        }
        early?.resume(throwing: error)
    }

    // MARK: What the caller is told

    /// Returns once it is written, which is too early.
    func untilWritten() async throws -> any Sendable {
        try await withCheckedThrowingContinuation { continuation in state.withLock { $0.early = continuation } }
    }

    /// What is wrong with telling the caller that all is done; nil for nothing.
    var complaintAboutSuccess: String? {
        state.withLock { state in
            if case .durable = state.fate, state.failure == nil { nil } else { "told before it was durable" }
        }
    }

    /// What is wrong with telling the caller of a failure; nil for nothing.
    func complaint(about error: any Error) -> String? {
        state.withLock { state in
            if state.failure != nil { return nil }
            switch state.fate {
            // It has not come to a batch.
            case .waiting: return nil
            case .refused(let own) where "\(own)" == "\(error)": return nil
            case .refused, .written, .durable: return "was told of a failure that is not its own: \(error)"
            }
        }
    }
}
