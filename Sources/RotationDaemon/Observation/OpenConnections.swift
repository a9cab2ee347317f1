import NIOCore
import Synchronization

/// The open connections of the listener: limited in number, and closed when it ends, whatever their callers do.
final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isEnded = false
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Adds a connection.
    ///
    /// - Returns: false if there are too many, or the listener has ended.
    func add(_ channel: any Channel) -> Bool {
        state.withLock { state in
            guard !state.isEnded, state.channels.count < limit else { return false }
            state.channels[ObjectIdentifier(channel)] = channel
            return true
        }
    }

    /// Removes a connection that has ended.
    func remove(_ channel: any Channel) {
        _ = state.withLock { $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
    }

    /// Closes all connections; none is added afterwards.
    func end() {
        let channels = state.withLock { state in
            state.isEnded = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.close(promise: nil) }
    }
}
