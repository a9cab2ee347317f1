import SecretMemory
import Synchronization

/// Which token a hub has refused: a token file that several hubs share is renewed for each of them.
final class Refusal: Sendable {
    private struct State {
        /// The token that was answered by 401 last.
        var refused: AccessToken?
        /// The token that ``isWorthATry(_:)`` has named last: a try that fails for another reason is not repeated at
        /// once.
        var named: AccessToken?
    }

    private let state = Mutex(State())

    /// Remembers a token that was answered by 401.
    func note(_ token: AccessToken) {
        state.withLock { $0.refused = token }
    }

    /// Whether the hub has not yet refused a token; true once for each.
    ///
    /// It is true for the first one after a start: it may have been renewed while no daemon ran.
    func isWorthATry(_ token: AccessToken) -> Bool {
        state.withLock { state in
            guard state.refused.map({ !$0.isSame(as: token) }) ?? true else { return false }
            defer { state.named = token }
            return state.named.map { !$0.isSame(as: token) } ?? true
        }
    }
}
