package import Scheduling

/// Why nothing is rotated: the history can't be written, or must not be relied upon.
package struct StorageTrouble: Hashable, Sendable {
    /// What kind of trouble it is.
    package enum Kind: String, Hashable, Sendable, Codable {
        /// The database can't be read or written.
        case failed
        /// Another process holds a lock on the database.
        case locked
        /// An open file was deleted or replaced.
        case replaced
        /// The history was restored from an older copy, or is a new one.
        case behind
        /// Another process has taken over; this one ends.
        case fenceLost = "fence_lost"
    }

    package var kind: Kind
    package var text: String
    /// How this process has lost its right to write; nil for other problems.
    package var fenceLost: FenceLost?
    /// When it was met first.
    package var since: Instant

    package init(_ error: any Error, since: Instant) {
        kind =
            switch error {
            case is FenceLost: .fenceLost
            case is StorageReplaced: .replaced
            case is HistoryBehind: .behind
            case is StorageLocked: .locked
            default: .failed
            }
        (text, fenceLost, self.since) = ("\(error)", error as? FenceLost, since)
    }
}
