import Synchronization

/// The stream of commits: any number of subscribers read it from any position, at their own pace.
///
/// It keeps the newest commits and no state for subscribers. A subscriber whose next commits are no longer kept must
/// read again; the writer never waits.
package final class CommitStream: Sendable {
    /// The continuation after a position.
    package enum Next: Sendable {
        /// Commits without a gap, the first one right after the position.
        case commits([Commit])
        /// The position is too old: take a snapshot, and continue from its position.
        case readAgain
        /// The subscriber's task was cancelled, or the stream has ended.
        case ended
    }

    /// The number of commits that are kept.
    package static let standardCapacity = 2048
    /// How many entries and changes are kept in all of them: about a second's at full load.
    ///
    /// The auditors' copy asks more often, as to read again costs it a comparison of all rows.
    private static let largestWeight = 32_768

    private struct State {
        /// The newest commits, without gaps; the oldest first.
        var commits: [Commit] = []
        var weight = 0
        /// The number of the newest commit.
        var position: Int64
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
        var isEnded = false
    }

    private let state: Mutex<State>
    private let capacity: Int

    /// - Parameter position: The number of the newest commit.
    package init(position: Int64, capacity: Int = standardCapacity) {
        state = Mutex(State(position: position))
        self.capacity = capacity
    }

    /// The number of the newest commit.
    ///
    /// Read it in the writer's isolation together with rows, to get a snapshot with its position.
    package var position: Int64 { state.withLock { $0.position } }

    /// Adds a commit, once it is durable.
    ///
    /// A number that does not follow the newest one leaves a gap: subscribers behind it read again.
    package func publish(_ commit: Commit) {
        let waiting = state.withLock { state in
            if commit.number != state.position + 1 { (state.commits, state.weight) = ([], 0) }
            state.position = commit.number
            state.commits.append(commit)
            state.weight += commit.changes.weight
            while state.commits.count > capacity || state.weight > Self.largestWeight, !state.commits.isEmpty {
                state.weight -= state.commits.removeFirst().changes.weight
            }
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume() }
    }

    /// Ends the stream: nothing more is committed.
    package func end() {
        let waiting = state.withLock { state in
            state.isEnded = true
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume() }
    }

    /// Returns the commits after a position, and waits if there are none yet.
    package func next(after position: Int64) async -> Next {
        while !Task.isCancelled {
            if let next = nextNow(after: position) { return next }
            await wait(after: position)
        }
        return .ended
    }

    /// Returns the commits after a position, without waiting; nil if there are none yet.
    package func nextNow(after position: Int64) -> Next? {
        state.withLock { state in
            guard state.position != position else { return state.isEnded ? .ended : nil }
            guard position < state.position, let first = state.commits.first, first.number <= position + 1 else {
                return .readAgain
            }
            return .commits(Array(state.commits.dropFirst(Int(position + 1 - first.number))))
        }
    }

    /// Waits until there may be more commits, or the task is cancelled.
    private func wait(after position: Int64) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    // Check again under the lock: a commit or a cancellation may have come in between.
                    guard state.position == position, !state.isEnded, !Task.isCancelled else { return true }
                    state.waiting[id] = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
        }
    }
}

extension Commit.Changes {
    /// The cost of keeping them.
    fileprivate var weight: Int { 1 + rotations.count + requests.count + schedules.count + hubs.count + entries.count }
}
