import RotationCore
import Scheduling
import TestSupport

/// What is stored about one secret, in memory.
struct MemoryRows: SecretRows {
    var storedSchedule: Schedule?
    var open: RotationID?
    var hasOutcome = false
    var heldUntil: Instant?
    var groupIsFree = true
    var status = HubStatus.available
    var isAmbiguous = false
    var waiting: [RotationID] = []
    var ambiguousAttemptEnded: Instant?
    var look: PendingLook?
    var newest: EndedRotation?
    var valueIsUnknown = false
    var byHandAt: Instant?

    func schedule() throws -> Schedule? { storedSchedule }
    func openRotation(withoutOutcome: Bool) throws -> RotationID? { withoutOutcome && hasOutcome ? nil : open }
    func hold() throws -> Instant? { heldUntil }
    func isFree(_ group: ScheduleDefinition.Group, at now: Instant) throws -> Bool { groupIsFree }
    func hubStatus() throws -> HubStatus { status }
    func endedAmbiguously() throws -> Bool { isAmbiguous }
    func waitingRequests() throws -> [RotationID] { waiting }
    func lastAmbiguousAttempt(of rotation: RotationID, isOpen: Bool, timeout: Duration) throws -> Instant? {
        ambiguousAttemptEnded
    }
    func pendingLook() throws -> PendingLook? { look }
    func newestEnded() throws -> EndedRotation? { newest }
    func isValueUnknown() throws -> Bool { valueIsUnknown }
    func changedByHandAt() throws -> Instant? { byHandAt }

    static let now = Instant(milliseconds: 1_795_435_200_000)

    static func id(_ number: UInt64) -> RotationID {
        RotationID(milliseconds: now.rawValue, random: SeededRandom(seed: number))
    }

    /// The rows of a secret with a schedule that is due.
    static func due(_ change: (inout MemoryRows) throws -> Void = { _ in }) throws -> MemoryRows {
        var rows = MemoryRows()
        rows.storedSchedule = try EngineWorld.schedule("a", now: now.advanced(by: .seconds(-3600)))
        try change(&rows)
        return rows
    }
}
