package import Scheduling
package import SecretMemory

/// Keeps schedules, rotations, requests and the audit log: SQLite in production, memory with faults in simulation.
///
/// Each call is one transaction, durable when it returns. Whatever it throws, nothing of the call may be relied upon:
/// the caller forgets what it had in memory and reads again.
package protocol RotationStorage: Sendable {
    /// What is due at a hub, the longest overdue first: open rotations, then requests, then schedules.
    func dueWork(hub: String, _ part: WorkPart, now: Instant, limit: Int) async throws -> [DueWork]

    /// When the hub's next work is due; nil for never. Instants up to `now` mean at once.
    func earliestDue(hub: String, _ part: WorkPart, now: Instant) async throws -> Instant?

    /// Opens a rotation, if all conditions hold now.
    ///
    /// - Returns: nil if there is an open rotation, the secret is paused, or its minimum interval has not passed.
    func claim(_ claim: Claim) async throws -> Rotation?

    /// Reads an open rotation.
    func rotation(_ id: RotationID) async throws -> Rotation?

    /// Makes events of an open rotation durable, with all that follows from them: its state, attempts and entries, and at its
    /// end its schedule, group and hold.
    ///
    /// - Returns: The rotation as it is now.
    /// - Throws: ``StaleRotation`` where it is not where the events begin.
    func advance(_ advance: RotationAdvance) async throws -> Rotation

    /// Seals a value and commits it, before any remote effect.
    ///
    /// An existing candidate is never replaced: the same one is staged again.
    ///
    /// - Returns: Its keyed fingerprint, or nil, and nothing is kept, where that is the fingerprint of the value in
    ///   force.
    func stage(_ made: GeneratedValue, for rotation: Rotation) async throws -> [UInt8]?

    /// Unseals a rotation's candidate; nil if it is missing or can't be unsealed.
    func candidate(of rotation: Rotation) async throws -> GeneratedValue?

    /// Whether a rotation has a candidate, readable or not.
    func hasCandidate(_ id: RotationID) async throws -> Bool

    /// Checks that this process may act, directly before each PATCH and each generator step.
    ///
    /// - Throws: ``FenceLost``, ``StorageReplaced`` or ``HistoryBehind`` where it may not.
    func checkFence() async throws

    /// Erases a rotation's candidate from all files.
    ///
    /// - Returns: Whether its bytes are erased; false if another process's read transaction keeps them in a file for
    ///   now.
    func eraseCandidate(of id: RotationID) async throws -> Bool

    /// Whether a rotation's generator is the one that its schedule has now; true where the schedule is gone.
    func isPolicyCurrent(_ rotation: Rotation) async throws -> Bool

    /// Since when a hub is known to refuse lists; nil if it does not.
    func listsRefusedAt(_ hub: String) async throws -> Instant?

    /// Records that a hub refuses lists, or no longer does.
    func setListsRefused(_ hub: String, at instant: Instant?) async throws

    /// The user to which our token is known to belong at a hub.
    func tokenOwner(_ hub: String) async throws -> TokenOwner

    /// Records the user to which our token belongs at a hub.
    func setTokenOwner(_ owner: TokenOwner, _ hub: String) async throws

    /// Corrects instants that a fast clock has moved too far ahead, and appends an entry about the clock.
    ///
    /// - Parameters:
    ///   - step: How far the clock was set.
    ///   - farthest: The longest wait of the retry policy.
    ///   - longestHolds: The longest hold of a secret, by hub.
    func adjustForClockStep(
        _ step: Duration,
        now: Instant,
        farthest: Duration,
        longestHolds: [String: Duration]
    ) async throws

    /// Writes a request for each schedule that is not paused.
    ///
    /// - Returns: The number of written requests; a secret with a waiting request gets no second one.
    func requestAll(trigger: Trigger, overdueOnly: Bool, now: Instant, actor: Actor) async throws -> Int

    /// Computes the due instants of cron expressions again if the system's time zones have changed, with an audit entry
    /// for each change.
    ///
    /// - Returns: The names of the zones that have changed.
    func refreshZones(now: Instant) async throws -> [String]

    /// The schedules of all hubs whose values come from an external source.
    func watchedSchedules() async throws -> [Schedule]

    /// The keyed fingerprints of a value: by the present staging key first, then by the older ones.
    func fingerprints(of value: SecretValue) async throws -> [[UInt8]]

    /// Records the state of a schedule's external source, by ``Schedule/afterLook(_:isNew:isLasting:now:)``.
    func recordObservation(_ look: SourceObservation) async throws

    /// Records what a hub lists of a secret at the end of a hold, by ``Transition/lookAfterHold(at:updatedAt:_:now:)``.
    ///
    /// - Returns: Whether it is unknown which value is in force.
    func recordLook(at secret: SecretName, updatedAt: Int64?, now: Instant) async throws -> Bool

    /// Puts off the look at the end of a secret's hold.
    func putOffLook(at secret: SecretName, until instant: Instant) async throws

    /// Records an `updated_at` that a preflight sees and that no rotation has seen, by
    /// ``Transition/unexpectedUpdate(before:updatedAt:_:now:)``.
    ///
    /// - Returns: Whether it is unknown which value is in force.
    func recordUnexpectedUpdate(before rotation: Rotation, updatedAt: Int64, now: Instant) async throws -> Bool

    /// The stored state of a hub.
    func hubStatus(_ hub: String) async throws -> HubStatus

    /// Changes a hub's status, together with the audit entry of ``HubStatus/entry(from:to:hub:now:)``.
    ///
    /// - Parameter change: Receives the present status and `now`; answers the new one, or nil to leave it.
    /// - Returns: The new status; nil where it was left.
    func updateHub(
        _ hub: String,
        now: Instant,
        _ change: @Sendable (HubStatus, Instant) -> HubStatus?
    ) async throws -> HubStatus?

    /// Appends to the audit log.
    func append(_ entry: AuditEntry) async throws
}

/// Which of a hub's work is meant.
package enum WorkPart: Hashable, Sendable {
    case all
    /// Rotations that no longer need the hub, by ``RotationState/isHubDone``.
    case withoutHub
}

/// Something that is due.
package enum DueWork: Hashable, Sendable {
    /// A rotation that is open.
    case resume(RotationID, SecretName)
    /// A secret with a waiting request.
    case request(SecretName, Trigger)
    /// A secret whose slot has come.
    case slot(SecretName, dueAt: Instant)
    /// A secret whose hold has ended: a list checks whether an earlier value has arrived late.
    case look(SecretName)

    /// The key that keeps two workers apart: only one worker at a time works on a secret.
    package enum Key: Hashable, Sendable {
        case secret(SecretName)
        /// A probe of a suspended hub.
        case probe(String)
    }

    /// What keeps two workers apart.
    package var key: Key {
        switch self {
        case .resume(_, let secret), .request(let secret, _), .slot(let secret, _), .look(let secret): .secret(secret)
        }
    }
}

/// A look at where a schedule's values come from.
package struct SourceObservation: Sendable {
    package var secret: SecretName
    /// The generator whose source was read; it may have been edited meanwhile.
    package var generator: GeneratorSpecification
    package var content: SourceContent
    package var isNew: Bool
    package var isLasting: Bool
    /// Why the content must not be delivered, as a text of our own; nil if it may be.
    package var problem: String?
    package var now: Instant

    package init(
        secret: SecretName,
        generator: GeneratorSpecification,
        content: SourceContent,
        isNew: Bool,
        isLasting: Bool,
        problem: String?,
        now: Instant
    ) {
        (self.secret, self.generator, self.content) = (secret, generator, content)
        (self.isNew, self.isLasting, self.problem, self.now) = (isNew, isLasting, problem, now)
    }
}

/// The rotation's state is not the one that the change starts from: another writer has changed it.
///
/// Whoever meets this lets go of it.
package struct StaleRotation: Error, CustomStringConvertible {
    package let rotation: RotationID

    package init(rotation: RotationID) {
        self.rotation = rotation
    }

    package var description: String { "rotation \(rotation) was changed by another writer" }
}

/// A demand to open a rotation.
package struct Claim: Sendable {
    package var secret: SecretName
    package var trigger: Trigger
    /// The new rotation's ID.
    package var id: RotationID
    package var now: Instant
    /// The daemon's start: slots that were due before were missed while it was down.
    package var startedAt: Instant

    /// - Parameter startedAt: By default the beginning of time: nothing was missed.
    package init(
        secret: SecretName,
        trigger: Trigger,
        id: RotationID,
        now: Instant,
        startedAt: Instant = .distantPast
    ) {
        self.startedAt = startedAt
        self.secret = secret
        self.trigger = trigger
        self.id = id
        self.now = now
    }
}
