/// What a hub's lists have shown of a secret: the evidence by which an update is confirmed.
///
/// A list carries no value and no version; only `updated_at` moves with each update. A later instant is no proof: a replica
/// can be stale, and the clock that writes it can be set back by a fail-over. So an update is confirmed by a value of
/// `updated_at` that was never seen before, and values are compared for equality alone, never with a clock.
package struct UpdateEvidence: Hashable, Sendable {
    /// How an update of the secret can be confirmed.
    package enum Source: String, Hashable, Sendable, CaseIterable {
        /// It can't be confirmed: the hub refuses lists, or they are turned off.
        case unlisted
        /// By `updated_at`.
        case updatedAt = "updated_at"
        /// The hub lists the secret without a usable `updated_at`.
        case noTimestamp = "no_timestamp"
    }

    /// How an update can be confirmed; nil until preflight is done.
    package var source: Source?
    /// Values of `updated_at` that do not prove an update: of earlier rotations, of preflight, of updates by others.
    ///
    /// The newest is the last one.
    package private(set) var seen: [Int64]
    /// Whether the history may be an older copy: before anything else is sent or undone, a list must show that nothing
    /// has updated the secret since.
    package var mustRecheck: Bool

    /// The number of values that are kept; no replica is expected to be older than that many updates.
    package static let limit = 32

    package init(source: Source? = nil, seen: [Int64] = [], mustRecheck: Bool = false) {
        self.mustRecheck = mustRecheck
        self.source = source
        self.seen = seen.suffix(Self.limit)
    }

    /// Whether a listed `updated_at` proves that an update has taken effect since preflight.
    package func isMoved(_ updatedAt: Int64) -> Bool {
        !seen.contains(updatedAt)
    }

    /// Records a value that is no proof of a later update.
    package mutating func note(_ updatedAt: Int64) {
        seen.removeAll { $0 == updatedAt }
        seen.append(updatedAt)
        seen.removeFirst(max(0, seen.count - Self.limit))
    }
}
