package import Scheduling

extension Audit {
    /// Another process has taken over, and this one ends.
    package struct FenceLost: AuditEvent {
        package static let name = AuditEventName.fenceLost
        package static let scope = AuditScope.daemon

        /// The evidence.
        package enum Error: String, AuditWord {
            /// Another process has raised the epoch of a database.
            case epoch
            /// The lock's file was removed or replaced.
            case lock
        }

        /// The evidence: the epoch of a database, or the lock's file.
        package var error: Error
        /// The file.
        package var path: String

        package init(_ lost: RotationCore.FenceLost) {
            switch lost {
            case .epoch(let path): (error, self.path) = (.epoch, path)
            case .lock(let path): (error, self.path) = (.lock, path)
            }
        }
    }

    /// Files of the databases were deleted or replaced under the daemon, and are back: nothing was rotated meanwhile.
    package struct StorageReplaced: AuditEvent {
        package static let name = AuditEventName.storageReplaced
        package static let scope = AuditScope.daemon

        /// When the daemon found it.
        package var since: Instant

        package init(since: Instant) { self.since = since }
    }

    /// The history is not the newest one: nothing is rotated with it.
    package struct RestoreHeld: AuditEvent {
        package static let name = AuditEventName.restoreHeld
        package static let scope = AuditScope.daemon

        /// The number of the newest entry that was ever written; absent where the mark can't be read.
        package var mark: Int64?
        /// The number of the newest entry that this history has.
        package var newest: Int64
        /// Present, and true, if the mark was written for another history.
        package var otherHistory: Bool?

        package init(_ behind: HistoryBehind) {
            (mark, newest, otherHistory) = (behind.mark, behind.newest, behind.isOther ? true : nil)
        }
    }

    /// A person has accepted a history that is not the newest one.
    package struct RestoreAccepted: AuditEvent {
        package static let name = AuditEventName.restoreAccepted
        package static let scope = AuditScope.daemon

        /// The number of the newest entry that was ever written; absent where the mark can't be read.
        package var mark: Int64?
        /// The number of the newest entry that this history had when it was found behind.
        package var newest: Int64
        /// Present, and true, if the mark was written for another history.
        package var otherHistory: Bool?
        /// The person's reason.
        package var reason: String

        package init(_ behind: HistoryBehind, reason: String) {
            let held = RestoreHeld(behind)
            (mark, newest, otherHistory, self.reason) = (held.mark, held.newest, held.otherHistory, reason)
        }
    }

    /// The candidate of a rotation that the history does not know is kept, or a person has it erased.
    package struct CandidateKept: AuditEvent {
        package static let name = AuditEventName.candidateKept
        package static let scope = AuditScope.candidate

        /// Present, and true, if a person has it erased.
        package var givenUp: Bool?
        /// The person's reason for erasing it.
        package var reason: String?

        /// The candidate is kept.
        package init() {}

        /// A person has the candidate erased.
        package init(givenUpFor reason: String) { (givenUp, self.reason) = (true, reason) }
    }
}
