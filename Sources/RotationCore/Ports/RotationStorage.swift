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

    /// Opens a rotation, if all that must hold for it holds now.
    ///
    /// - Returns: nil where somebody was faster, or the secret is paused, or its minimum interval has not passed.
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
    /// A candidate that is there already is never replaced: the same one is staged again.
    ///
    /// - Returns: Its keyed fingerprint, or nil, and nothing is kept, where that is the fingerprint of the value in
    ///   force.
    func stage(_ made: GeneratedValue, for rotation: Rotation) async throws -> [UInt8]?

    /// Unseals a rotation's candidate; nil where it is gone or can't be unsealed.
    func candidate(of rotation: Rotation) async throws -> GeneratedValue?

    /// Whether a rotation has a candidate, readable or not.
    func hasCandidate(_ id: RotationID) async throws -> Bool

    /// Whether this process may act, asked directly before each PATCH and each generator's step.
    ///
    /// - Throws: ``FenceLost``, ``StorageReplaced`` or ``HistoryBehind`` where it may not.
    func checkFence() async throws

    /// Erases a rotation's candidate from all files.
    ///
    /// - Returns: Whether its bytes are gone; false where somebody's read transaction keeps them in a file for now.
    func eraseCandidate(of id: RotationID) async throws -> Bool

    /// Whether a rotation's generator is the one that its schedule has now; true where the schedule is gone.
    func isPolicyCurrent(_ rotation: Rotation) async throws -> Bool

    /// Since when a hub is known to refuse lists; nil where it is not.
    func listsRefusedAt(_ hub: String) async throws -> Instant?

    /// Remembers that a hub refuses lists, or that it does not any more.
    func setListsRefused(_ hub: String, at instant: Instant?) async throws

    /// Which user our token is known to belong to at a hub.
    func tokenOwner(_ hub: String) async throws -> TokenOwner

    /// Remembers which user our token belongs to at a hub.
    func setTokenOwner(_ owner: TokenOwner, _ hub: String) async throws

    /// Brings instants that a wrong clock has put too far ahead back to where they can come true, and appends an entry
    /// about the clock.
    ///
    /// - Parameters:
    ///   - step: How far the clock was set.
    ///   - farthest: No wait of the retry policy is longer.
    ///   - longestHolds: For how long a secret of each hub may be held: a request, and its late application.
    func adjustForClockStep(
        _ step: Duration,
        now: Instant,
        farthest: Duration,
        longestHolds: [String: Duration]
    ) async throws

    /// Writes a request for each schedule that is not paused.
    ///
    /// - Returns: How many requests were written; a secret that has one waiting gets no second.
    func requestAll(trigger: Trigger, overdueOnly: Bool, now: Instant, actor: Actor) async throws -> Int

    /// Finds the due instants of calendars anew where the system's time zones have changed, and tells of it.
    ///
    /// - Returns: The names of the zones that have changed.
    func refreshZones(now: Instant) async throws -> [String]

    /// The schedules of all hubs whose values somebody else makes.
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

    /// What is remembered of a hub.
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
    /// Rotations of which nothing that needs the hub is left, by ``RotationState/isHubDone``.
    case withoutHub
}

/// Something that is due.
package enum DueWork: Hashable, Sendable {
    /// A rotation that is open.
    case resume(RotationID, SecretName)
    /// A secret that somebody wants rotated.
    case request(SecretName, Trigger)
    /// A secret whose slot has come.
    case slot(SecretName, dueAt: Instant)
    /// A secret whose hold has ended: did an earlier value come late?
    case look(SecretName)

    /// What keeps two workers apart: one secret is one worker's, whatever there is to be done about it.
    package enum Key: Hashable, Sendable {
        case secret(SecretName)
        /// A look at a suspended hub.
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
    /// The generator that was looked at: it may have been edited meanwhile.
    package var generator: GeneratorSpecification
    package var content: SourceContent
    package var isNew: Bool
    package var isLasting: Bool
    /// Why what is there is not to be delivered, or not any more: a text of our own; nil for nothing.
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

/// The rotation is not where the change starts from: somebody else has changed it.
///
/// Whoever meets this lets go of it.
package struct StaleRotation: Error, CustomStringConvertible {
    package let rotation: RotationID

    package init(rotation: RotationID) {
        self.rotation = rotation
    }

    package var description: String { "rotation \(rotation) was changed by somebody else" }
}

/// A demand to open a rotation.
package struct Claim: Sendable {
    package var secret: SecretName
    package var trigger: Trigger
    /// The new rotation's name.
    package var id: RotationID
    package var now: Instant
    /// When the daemon began: what was due before was missed while it was down.
    package var startedAt: Instant

    /// - Parameter startedAt: The beginning of time if not given: nothing was missed.
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
