import Scheduling
import Synchronization

/// Whether the receiver of the stream of entries gets them: the streamer notes it, and the daemon's health shows it.
final class StreamStanding: Sendable {
    /// Why it does not.
    struct Trouble: Hashable, Sendable {
        var text: String
        var since: Instant
    }

    private struct State {
        /// Why there is no connection to the receiver.
        var failure: Trouble?
        /// Since when entries are on their way that the receiver has not read.
        var unreadSince: Instant?
    }

    /// How long a connected receiver may take to read.
    static let patience = Duration.seconds(60)

    private let state = Mutex(State())

    /// Notes that the receiver can't be reached, or that its connection has ended.
    func noteFailure(_ text: String, at now: Instant) {
        state.withLock { $0.failure = Trouble(text: text, since: $0.failure?.since ?? now) }
    }

    /// Notes that the receiver is connected.
    func noteConnection() {
        state.withLock { $0.failure = nil }
    }

    /// Notes that entries are on their way.
    func noteSent(at now: Instant) {
        state.withLock { $0.unreadSince = $0.unreadSince ?? now }
    }

    /// Notes that the receiver has read all that was sent.
    func noteRead() {
        state.withLock { $0.unreadSince = nil }
    }

    /// Forgets all: there is another receiver, or none.
    func reset() {
        state.withLock { $0 = State() }
    }

    /// Why the receiver does not get entries; nil if it does.
    func trouble(at now: Instant) -> Trouble? {
        let state = state.withLock { $0 }
        if var failure = state.failure {
            // A receiver that accepts connections and reads nothing is away since its first unread entry.
            failure.since = min(failure.since, state.unreadSince ?? failure.since)
            return failure
        }
        guard let since = state.unreadSince, since.duration(to: now) >= Self.patience else { return nil }
        return Trouble(text: "it is connected, but does not read", since: since)
    }
}
