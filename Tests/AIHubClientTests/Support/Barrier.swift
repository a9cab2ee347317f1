import Synchronization

/// Holds several tasks until it is opened, and tells when all of them are there.
final class Barrier: Sendable {
    private struct State {
        var missing: Int
        var isOpen = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>
    private let arrived: AsyncStream<Void>
    private let allArrived: AsyncStream<Void>.Continuation

    init(count: Int) {
        state = Mutex(State(missing: count))
        (arrived, allArrived) = AsyncStream.makeStream(of: Void.self)
    }

    /// Waits until the barrier is open.
    func wait() async {
        await withCheckedContinuation { continuation in
            let (isOpen, isLast) = state.withLock { state in
                state.missing -= 1
                if !state.isOpen { state.held.append(continuation) }
                return (state.isOpen, state.missing == 0)
            }
            if isLast { allArrived.finish() }
            if isOpen { continuation.resume() }
        }
    }

    /// Waits until the last task has come.
    func waitForAll() async {
        for await _ in arrived {}
    }

    /// Lets all go on, now and later.
    func open() {
        let held = state.withLock { state in
            state.isOpen = true
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }
}
