package import RotationCore
import SQLite
package import Scheduling

/// A history that is not the newest one: how that is found, and how a person goes on with it all the same.
extension Ledger {
    /// Compares the mark with the history, and records where the history is behind; writes the mark where there is none.
    ///
    /// An entry says so once; until ``acceptRestore(reason:actor:now:)`` nothing may be rotated, and the mark stays.
    func compareWithMark(now: Instant) throws {
        guard let mark, let present = try FenceTable.mark(in: connection) else { return }
        let behind: HistoryBehind
        switch try mark.read() {
        case .none:
            // Whether this history is the newest one can't be known any more: the hub is asked about what is open.
            if try RotationTable.hasOpen(in: connection) {
                try connection.transaction(fence) { try RotationTable.setMustRecheck(in: connection) }
            }
            return try mark.write(present)
        case .content(let found) where found.history == present.history && found.seq <= present.seq:
            return try mark.write(present)
        case .content(let found):
            let isOther = found.history != present.history
            behind = HistoryBehind(mark: found.seq, newest: present.seq, isOther: isOther)
        case .unreadable: behind = HistoryBehind(mark: nil, newest: present.seq, isOther: false)
        }
        try transaction {
            try FenceTable.setBehind(behind, at: now, in: connection)
            let entry = AuditEntry(Audit.RestoreHeld(behind), time: now.rfc3339, actor: .daemon)
            try record(entry)
        }
    }

    /// Records that a history is held.
    func recordHeld(_ behind: HistoryBehind, by actor: Actor, now: Instant) throws {
        try transaction { try record(AuditEntry(Audit.RestoreHeld(behind), time: now.rfc3339, actor: actor)) }
    }

    /// Goes on with a history that was found behind.
    ///
    /// - Returns: Why it was held.
    /// - Throws: ``Refusal/notBehind`` where it was not.
    package func acceptRestore(reason: String, actor: Actor, now: Instant) throws -> HistoryBehind {
        try transaction {
            guard let behind = try FenceTable.behind(in: connection) else { throw Refusal.notBehind }
            try FenceTable.clearBehind(in: connection)
            try RotationTable.setMustRecheck(in: connection)
            recorder.setWide()
            let event = Audit.RestoreAccepted(behind, reason: reason)
            try record(AuditEntry(event, time: now.rfc3339, actor: actor))
            return behind
        }
    }

    // MARK: Candidates of rotations that the history does not know

    /// Records that a candidate is kept; an entry says so once.
    func noteKept(_ rotation: String, now: Instant) throws {
        try transaction {
            guard try KeptTable.add(rotation, since: now, in: connection) else { return }
            let entry = AuditEntry(Audit.CandidateKept(), time: now.rfc3339, actor: .daemon, rotation: rotation)
            try record(entry)
        }
    }

    /// Whether a candidate of a rotation is kept that the history does not know.
    package func keepsCandidate(of rotation: RotationID) throws -> Bool {
        try KeptTable.has(rotation.rawValue, in: connection)
    }

    /// Has a candidate erased that is kept: a person has no use for it.
    ///
    /// - Returns: false where none of this rotation is kept.
    package func giveUpKept(_ rotation: RotationID, reason: String, actor: Actor, now: Instant) throws -> Bool {
        try transaction {
            guard try KeptTable.giveUp(rotation.rawValue, in: connection) else { return false }
            let entry = AuditEntry(
                Audit.CandidateKept(givenUpFor: reason),
                time: now.rfc3339,
                actor: actor,
                rotation: rotation.rawValue
            )
            try record(entry)
            return true
        }
    }

    /// Removes what is known of a candidate that is not kept any more.
    func forgetKept(_ rotation: String) throws {
        try transaction {
            try KeptTable.remove(rotation, in: connection)
            recorder.setWide()
        }
    }

    // MARK: The mark

    /// Writes the number of the newest entry into the mark, unless the history is behind it.
    func advanceMark() throws {
        guard let mark, let present = try FenceTable.mark(in: connection) else { return }
        try mark.write(present)
    }
}
