package import RotationCore
import SQLite
package import Scheduling

/// Values that may have come late: a hub's `updated_at` that moved when nothing of ours moved it.
extension Ledger {
    /// Takes what the hub lists at the end of a hold.
    ///
    /// Where only one rotation's value could come late, and it is the newest one, it is the value in force all the same.
    ///
    /// - Parameter updatedAt: As listed; nil where the hub does not list the secret, or without it.
    /// - Returns: Whether the value in force is unknown.
    package func endHold(_ secret: SecretName, updatedAt: Int64?, now: Instant) throws -> Bool {
        try transaction {
            guard let late = try LookTable.rotation(of: secret, in: connection) else { return false }
            try LookTable.remove(secret, in: connection)
            recorder.addSchedule(secret)
            guard let updatedAt, var schedule = try ScheduleTable.find(secret, by: generators, in: connection),
                let last = schedule.seenUpdates.last, !schedule.seenUpdates.contains(updatedAt)
            else { return false }
            var evidence = UpdateEvidence(seen: schedule.seenUpdates)
            evidence.note(updatedAt)
            schedule.seenUpdates = evidence.seen
            try write(schedule)
            let newest = try RotationTable.lastEnded(of: secret, in: connection)
            guard late == nil || late != newest?.id, newest?.isConfirmed == true else { return false }
            try recordUnknownValue(of: secret, updatedAt: updatedAt, last: last, found: .holdEnded, now: now)
            return true
        }
    }

    /// Looks at a secret later: the hub could not be asked.
    package func putOffLook(_ secret: SecretName, until instant: Instant) throws {
        try transaction {
            try LookTable.putOff(secret, until: instant, in: connection)
            recorder.addSchedule(secret)
        }
    }

    /// Takes an `updated_at` that a rotation's preflight sees and none of ours has seen.
    ///
    /// - Returns: Whether the value in force is unknown: the last rotation was confirmed, and nobody has changed the secret
    ///   by hand since.
    package func noteMoved(_ rotation: Rotation, updatedAt: Int64, now: Instant) throws -> Bool {
        try transaction {
            let secret = rotation.secret
            guard let last = rotation.state.evidence.seen.last, !rotation.state.evidence.seen.contains(updatedAt),
                let newest = try RotationTable.lastEnded(of: secret, in: connection), newest.isConfirmed
            else { return false }
            // The newest rotation's own value, which the hold has waited for: it is the one in force.
            if let late = try LookTable.rotation(of: secret, in: connection), late == newest.id { return false }
            // It was found before: a preflight that is repeated sees the same again.
            guard try !ScheduleTable.isValueUnknown(secret, in: connection) else { return false }
            let byHand = try ScheduleTable.changedByHandAt(secret, in: connection)
            guard byHand.map({ $0 < newest.endedAt }) ?? true else { return false }
            try recordUnknownValue(of: secret, updatedAt: updatedAt, last: last, found: .preflight, now: now)
            return true
        }
    }

    private func recordUnknownValue(
        of secret: SecretName,
        updatedAt: Int64,
        last: Int64,
        found: Audit.DriftFound.Finding,
        now: Instant
    ) throws {
        try ScheduleTable.setValueUnknown(secret, since: now, in: connection)
        recorder.addSchedule(secret)
        let event = Audit.DriftFound(found, updatedAt: updatedAt, lastSeen: last)
        try note(event, secret, actor: .daemon, now: now)
    }
}
