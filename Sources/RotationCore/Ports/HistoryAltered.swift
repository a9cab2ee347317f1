/// The audit log and its tree disagree: another program has added or removed entries, so nothing is appended.
package struct HistoryAltered: Error, Hashable, CustomStringConvertible {
    /// The database.
    package var path: String
    /// How many entries the log has.
    package var entries: Int64
    /// How many leaves the tree has; nil where the tree can't be read.
    package var leaves: Int64?

    package init(path: String, entries: Int64, leaves: Int64?) {
        (self.path, self.entries, self.leaves) = (path, entries, leaves)
    }

    package var description: String {
        let tree = leaves.map { "has \($0)" } ?? "can't be read"
        return "the audit log in \(path) has \(entries) entries, and its tree \(tree): another program has changed it; "
            + "see secret-rotator audit verify, and restore a backup"
    }
}
