import Notifications
import Synchronization

/// The conditions that are open, and a signal to each of their readers when they change.
final class ConditionBoard: Sendable {
    private struct State {
        var open: [Condition.Key: Condition]?
        var readers: [AsyncStream<Void>.Continuation] = []
    }

    private let state = Mutex(State())

    /// The conditions that are open; nil before they are known.
    var open: [Condition.Key: Condition]? { state.withLock { $0.open } }

    /// Replaces the conditions.
    func update(_ open: [Condition.Key: Condition]) {
        let readers = state.withLock { state in
            guard state.open != open else { return [AsyncStream<Void>.Continuation]() }
            state.open = open
            return state.readers
        }
        for reader in readers { reader.yield() }
    }

    /// A stream that has an element when the conditions may have changed, and a way to add one.
    func signals() -> (AsyncStream<Void>, AsyncStream<Void>.Continuation) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { $0.readers.append(continuation) }
        continuation.yield()
        return (stream, continuation)
    }
}
