import RotationCore
import SQLite
import Scheduling

/// What the main database holds about one secret, read where a decision about it is written.
struct LedgerRows: SecretRows {
    let ledger: Ledger
    let secret: SecretName

    private var connection: Connection { ledger.connection }

    func schedule() throws -> Schedule? {
        try ScheduleTable.find(secret, by: ledger.generators, in: connection)
    }

    func openRotation(withoutOutcome: Bool) throws -> RotationID? {
        try RotationTable.openRotation(of: secret, withoutOutcome: withoutOutcome, in: connection)
    }

    func hold() throws -> Instant? {
        try HoldTable.until(secret, in: connection)
    }

    func isFree(_ group: ScheduleDefinition.Group, at now: Instant) throws -> Bool {
        try GroupTable.isFree(group, now: now, in: connection)
    }

    func hubStatus() throws -> HubStatus {
        try HubTable.status(of: secret.hub, in: connection)
    }

    func endedAmbiguously() throws -> Bool {
        try RotationTable.endedAmbiguously(secret, in: connection)
    }

    func waitingRequests() throws -> [RotationID] {
        try RequestTable.waiting(for: secret, in: connection)
    }

    func lastAmbiguousAttempt(of rotation: RotationID, isOpen: Bool, timeout: Duration) throws -> Instant? {
        try AttemptTable.lastAmbiguousAttempt(of: rotation, isOpen: isOpen, timeout: timeout, in: connection)
    }

    func pendingLook() throws -> PendingLook? {
        try LookTable.pending(of: secret, in: connection)
    }

    func newestEnded() throws -> EndedRotation? {
        try RotationTable.newestEnded(of: secret, in: connection)
    }

    func isValueUnknown() throws -> Bool {
        try ScheduleTable.isValueUnknown(secret, in: connection)
    }

    func changedByHandAt() throws -> Instant? {
        try ScheduleTable.changedByHandAt(secret, in: connection)
    }
}
