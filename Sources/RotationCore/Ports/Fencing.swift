/// This process is no longer the only writer: another one has taken over, or may do so.
///
/// A process that meets it ends: it writes, sends and runs nothing more.
package enum FenceLost: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another process has raised the epoch of a database.
    case epoch(path: String)
    /// The lock's file is not the one that this process has locked, or is gone.
    case lock(path: String)

    package var description: String {
        switch self {
        case .epoch(let path):
            "\(path): another process writes here now, so this one ends: only one daemon may serve a database"
        case .lock(let path):
            "\(path) was removed or replaced, so this process ends: another daemon could start beside it"
        }
    }
}

/// A file of a database is not the one that this process has open: what it writes would be lost.
package struct StorageReplaced: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    package var description: String {
        "\(path) was deleted or replaced while it was open: put it back, or restart the daemon"
    }
}

/// Another process holds a lock on a database, and has not let go of it in time.
package struct StorageLocked: Error, Hashable, Sendable, CustomStringConvertible {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    package var description: String {
        "\(path): another program holds a lock on it: end that program's transaction, and try again"
    }
}

/// The history is not the newest one: it was restored from a copy, or a new one stands in its place.
///
/// What happened since is unknown to it, so a rotation by what it says could put an old value over a newer one.
package struct HistoryBehind: Error, Hashable, Sendable, CustomStringConvertible {
    /// The number of the newest entry that was ever written; nil where no mark says it.
    package let mark: Int64?
    /// The number of the newest entry when that was found.
    package let newest: Int64
    /// Whether the mark was written for another history.
    package let isOther: Bool

    package init(mark: Int64?, newest: Int64, isOther: Bool) {
        (self.mark, self.newest, self.isOther) = (mark, newest, isOther)
    }

    /// What was found, in words.
    package var finding: String {
        switch (mark, isOther) {
        case (nil, _): "no mark says how many entries were written: this history may be an older copy"
        case (let mark?, true): "this history is a new one; the one before it had \(mark) entries"
        case (let mark?, false): "this history ends with entry \(newest), but \(mark) were written"
        }
    }

    package var description: String {
        "\(finding): put the newest copy back, or go on with this one by "
            + "secret-rotator restore --accept --reason TEXT"
    }
}
