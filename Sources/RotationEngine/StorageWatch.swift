import RotationCore
import Scheduling

/// What an engine knows of the trouble that its storage has: a pure state machine.
struct StorageWatch: Sendable {
    /// A failure to write is believed to be over when none has come for so long: longer than a pause and a wait for a lock.
    private static let quietTime = Duration.seconds(15)

    /// Why nothing is rotated; nil where the history can be written.
    private(set) var trouble: StorageTrouble?
    /// When it was met last.
    private var metAt = Instant.distantPast
    /// Whether the storage could be read since.
    private var isReadable = false

    /// Notes that the storage has failed.
    ///
    /// - Returns: Whether that is news for the log.
    mutating func noteFailure(_ error: any Error, now: Instant) -> Bool {
        let fresh = StorageTrouble(error, since: trouble?.since ?? now)
        let isNews = isReadable || trouble?.text != fresh.text
        (trouble, metAt, isReadable) = (fresh, now, false)
        return isNews
    }

    /// Files that were replaced and are back, which the history does not tell yet.
    private(set) var untoldReplacement: StorageTrouble?

    /// Notes that the storage can be read, is this process's own and the newest.
    mutating func noteCheck(now: Instant) {
        isReadable = true
        // A check writes nothing, so it does not show that a full disk has room again.
        guard let quietFrom, metAt <= now, now < quietFrom else {
            if trouble?.kind == .replaced { untoldReplacement = trouble }
            trouble = nil
            return
        }
    }

    /// Notes that the history tells of the files that are back.
    mutating func noteReplacementTold() { untoldReplacement = nil }

    /// Notes that something was written.
    mutating func noteWrite() {
        if trouble?.isOfWriting == true { trouble = nil }
    }

    /// When a failure to write is over unless it comes again; nil where there is none.
    var quietFrom: Instant? {
        trouble?.isOfWriting == true ? metAt.advanced(by: Self.quietTime) : nil
    }
}

extension StorageTrouble {
    /// Whether it shows in writing alone.
    fileprivate var isOfWriting: Bool {
        switch kind {
        case .failed, .locked: true
        case .replaced, .behind, .fenceLost: false
        }
    }
}
