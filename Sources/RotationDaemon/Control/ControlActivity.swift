import Synchronization

/// Counts operations and connections of the control socket: a stopping daemon waits for those that came before.
final class ControlActivity: Sendable {
    private let operations = Atomic(0)
    private let connections = Atomic(0)
    private let watchers = Atomic(0)

    /// Whether an operation is under way.
    var isAtWork: Bool { operations.load(ordering: .sequentiallyConsistent) > 0 }

    /// Whether a connected caller waits for its answer.
    ///
    /// Callers that follow requests don't count.
    var hasCallers: Bool {
        connections.load(ordering: .sequentiallyConsistent) > watchers.load(ordering: .sequentiallyConsistent)
    }

    func during<T>(_ operation: () async throws -> T) async rethrows -> T {
        operations.add(1, ordering: .sequentiallyConsistent)
        defer { operations.subtract(1, ordering: .sequentiallyConsistent) }
        return try await operation()
    }

    func beginWatching() { watchers.add(1, ordering: .sequentiallyConsistent) }

    func endWatching() { watchers.subtract(1, ordering: .sequentiallyConsistent) }

    func beginConnection() { connections.add(1, ordering: .sequentiallyConsistent) }

    func endConnection() { connections.subtract(1, ordering: .sequentiallyConsistent) }
}
