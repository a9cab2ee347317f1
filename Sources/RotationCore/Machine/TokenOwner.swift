/// Which user ID the hub writes into `last_updated_by` for our token: learned from confirmed updates, a pure state machine.
///
/// No endpoint tells it. It is known once several confirmed updates in a row name the same user; from then on an update by
/// another user confirms nothing. A token of another user is learned the same way, from more updates in a row.
package struct TokenOwner: Hashable, Sendable {
    /// The user that most updates named.
    package private(set) var user: String?
    /// Consecutive updates that named ``user``; at most ``threshold``.
    package private(set) var count: Int
    /// Another user that was named since.
    package private(set) var challenger: String?
    /// Consecutive updates that named ``challenger``.
    package private(set) var challengerCount: Int

    /// The number of consecutive updates after which a user is known.
    package static let threshold = 3
    /// The number of consecutive updates after which another user replaces the known one.
    ///
    /// It is larger, because each may be another client's edit between our update and the list.
    package static let replacementThreshold = 5

    package init(user: String? = nil, count: Int = 0, challenger: String? = nil, challengerCount: Int = 0) {
        self.user = user
        self.count = count
        self.challenger = challenger
        self.challengerCount = challengerCount
    }

    /// The user that our token is known to belong to; nil while that is not known.
    package var known: String? { count >= Self.threshold ? user : nil }

    /// Whether an update that a list shows is known to be another user's.
    package func isForeign(_ updatedBy: String?) -> Bool {
        guard let updatedBy, let known, updatedBy != known else { return false }
        // The challenger replaces the known user at the next update that names it.
        return !(challenger == updatedBy && challengerCount + 1 >= Self.replacementThreshold)
    }

    /// The state after one of our updates was answered 2xx and `updated_at` has moved.
    ///
    /// - Parameter updatedBy: The user that the list names; nil if it names none.
    package func after(_ updatedBy: String?) -> TokenOwner {
        guard let updatedBy else { return self }
        if updatedBy == user { return TokenOwner(user: user, count: min(count + 1, Self.threshold)) }
        guard known != nil else { return TokenOwner(user: updatedBy, count: 1) }
        let named = challenger == updatedBy ? challengerCount + 1 : 1
        if named >= Self.replacementThreshold { return TokenOwner(user: updatedBy, count: Self.threshold) }
        return TokenOwner(user: user, count: count, challenger: updatedBy, challengerCount: named)
    }
}
