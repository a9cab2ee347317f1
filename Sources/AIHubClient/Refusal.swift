import SecretMemory
import Synchronization

/// The token that a hub has refused, per hub, because several hubs may share a token file.
final class Refusal: Sendable {
    private struct State {
        /// The token of the last 401.
        var refused: AccessToken?
        /// The token for which ``isNew(_:)`` was last true: a try that fails for another reason is not repeated at
        /// once.
        var named: AccessToken?
    }

    private let state = Mutex(State())

    /// Records a token that was answered by 401.
    func record(_ token: AccessToken) {
        state.withLock { $0.refused = token }
    }

    /// Whether the hub has not yet refused a token; true once for each token.
    ///
    /// It is true for the first token after a start, which may have been renewed while no daemon ran.
    func isNew(_ token: AccessToken) -> Bool {
        state.withLock { state in
            guard state.refused.map({ !$0.isSame(as: token) }) ?? true else { return false }
            defer { state.named = token }
            return state.named.map { !$0.isSame(as: token) } ?? true
        }
    }
}
