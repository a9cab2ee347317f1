import Logging
import RotationCore
import Scheduling

/// Performs what a rotation's state machine asks for, until the rotation waits or is closed.
///
/// Each state is saved, with its audit entries, before the next action is begun: if the history can't be written,
/// nothing is sent. Whatever storage throws ends the run, and the rotation is read anew later.
struct RotationRun {
    /// What a run needs of the outside.
    struct Environment: Sendable {
        var storage: any RotationStorage
        var api: any SecretsAPI
        var clock: any Clock
        var random: any RandomSource
        var plan: RotationPlan
        var generator: any ValueGenerator
        /// The trigger that audit entries name.
        var trigger: Trigger
        /// Whether the rotation was opened just now: nothing of it can have been left by an earlier run.
        var isOpenedNow: Bool
        var logger: Logger
        /// Whether the daemon is about to stop: nothing new is begun then.
        var isStopping: @Sendable () -> Bool
    }

    /// Why a run came back.
    enum Result {
        /// Nothing is left to do for now: the rotation waits, is parked or is closed.
        case settled
        /// The daemon is stopping.
        case stopped
        /// The hub said something about itself as a whole.
        case hub(HubError)
    }

    private let environment: Environment
    /// The rotation as it will be once ``pending`` is durable.
    private var rotation: Rotation
    /// The state that storage has.
    private var stored: RotationState
    /// What has happened since.
    private var pending: [RotationAdvance.Happening] = []
    private var made: GeneratedValue?

    init(_ rotation: Rotation, _ environment: Environment) {
        self.rotation = rotation
        stored = rotation.state
        self.environment = environment
    }

    /// Whether an update of this run has succeeded.
    private(set) var hasDelivered = false
    /// Whether the hub has let a request of this run in: whatever it then said of the secret, the token is good.
    private(set) var isLetIn = false
    /// Whether the hub has answered a list.
    private(set) var hasListed = false
    /// Whether the hub refused to list, which needs a right that updating does not.
    private(set) var isListRefused = false

    /// Ends a rotation of which nothing was sent or installed, as its schedule has another generator by now.
    mutating func replaceIfUntouched() async throws {
        switch rotation.state.phase {
        case .claimed, .staged:
            guard rotation.state.tally.attempts == 0, !rotation.state.tally.isInstallBegun else { return }
            try await record(.policyChanged)
        default: return
        }
    }

    mutating func proceed() async throws -> Result {
        while !environment.isStopping() {
            let action = rotation.state.nextAction(plan: environment.plan, now: environment.clock.now)
            var error: HubError?
            switch action {
            case .generate: try await generate()
            case .stage: try await stage()
            case .preflight: error = try await list()
            case .perform(let step): try await perform(step)
            case .attempt: error = try await attempt()
            case .reportLostAttempt: try await endAttempt(.unknown)
            case .confirm, .recheck: error = try await list()
            case .erase: try await close()
            case .wait, .park, .done: return .settled
            }
            if let error, error.kind == .notSent { return .settled }
            if let error, HubStatus.isConcerned(by: error) { return .hub(error) }
        }
        return .stopped
    }

    // MARK: Saving

    /// Has an event recorded, and all that follows from it, unless it becomes durable together with the next one.
    private mutating func record(_ event: RotationEvent) async throws {
        let now = environment.clock.now
        let fraction = Double(environment.random.next() >> 11) / Double(UInt64(1) << 53)
        let before = rotation.state
        pending.append(.init(event, at: now, fraction: fraction))
        try rotation.state.handle(event, plan: environment.plan, now: now, fraction: fraction)
        if !isSavedLater(event, before: before, now: now) { try await advance() }
        log(event, before: before)
    }

    /// Makes durable what has happened; what is stored is decided there, on what is stored.
    private mutating func advance() async throws {
        let advance = RotationAdvance(
            of: rotation,
            seen: stored,
            pending,
            plan: environment.plan,
            trigger: environment.trigger
        )
        rotation = try await environment.storage.advance(advance)
        stored = rotation.state
        pending = []
    }

    /// Whether a state becomes durable together with the attempt that follows it.
    ///
    /// The sealed candidate is durable already, and makes another one impossible; nothing has an effect before the attempt
    /// is recorded. Where there is an `install`, that is the effect, and the baseline is saved before it.
    private func isSavedLater(_ event: RotationEvent, before: RotationState, now: Instant) -> Bool {
        switch event {
        // A value that is only in memory is no state to keep: after a crash another one is made.
        case .generated where rotation.state.phase == .generated: return true
        case .staged: break
        case .listed: guard before.evidence.source == nil else { return false }
        default: return false
        }
        switch rotation.state.nextAction(plan: environment.plan, now: now) {
        case .preflight, .attempt: return true
        default: return false
        }
    }

    private func log(_ event: RotationEvent, before: RotationState) {
        if isRoutine(event), environment.logger.logLevel > .debug { return }
        let isNews = before.ending == nil
        // An attempt was answered 2xx and had no confirmed effect.
        let isSentAgain = rotation.state.tally.unconfirmed > before.tally.unconfirmed
        var logger = environment.logger
        if rotation.state.tally.attempts > 0 { logger[metadataKey: "attempt"] = "\(rotation.state.tally.attempts)" }
        if case .generatorFailed(let error) = event {
            logger[metadataKey: "step"] = "\(error.failure.text)"
            if case .permanent(_, let explanation?) = error { logger[metadataKey: "reason"] = "\(explanation)" }
        }
        switch (event, rotation.state.phase) {
        case (_, .parked(let failure)):
            logger.error("rotation is parked: a person must decide", metadata: ["error": "\(failure.text)"])
        case (.erased, _):
            logger.debug("candidate erased, rotation closed", metadata: Self.recorded(.rotationClosed))
        case (_, .failed(let failure)) where isNews:
            logger.error("rotation failed", metadata: ["error": "\(failure.text)"])
        case (_, .succeeded(let confirmed)) where isNews:
            let metadata = Self.recorded(.rotationSucceeded).merging(["confirmed": "\(confirmed)"]) { $1 }
            logger.info("rotation succeeded", metadata: metadata)
        case (_, .finishHeld) where isNews:
            logger.warning("rotation succeeded, but no list can confirm it: finish waits for a person")
        case (.generatorFailed, .finishFailed), (.candidateLost, .finishFailed):
            let next = rotation.state.wakeAt?.rfc3339 ?? "now"
            logger.error(
                "finish failed: the old credential may still be valid",
                metadata: ["next_attempt": "\(next)"]
            )
        case (.listed, .delivering) where isSentAgain, (.notListed, .delivering) where isSentAgain,
            (.listFailed, .delivering) where isSentAgain:
            let next = rotation.state.wakeAt?.rfc3339 ?? "now"
            logger.warning(
                "the hub answered 2xx, but its list does not show the update: the value is sent again",
                metadata: ["next_attempt": "\(next)"]
            )
        case (.attemptEnded(.failed(let error)), _), (.listFailed(let error), _):
            let next = rotation.state.wakeAt?.rfc3339 ?? "now"
            logger.warning("hub did not take it: \(error)", metadata: ["next_attempt": "\(next)"])
        case (.generatorFailed(.tryAgain), _):
            logger.warning(
                "generator asks for another try",
                metadata: ["next_attempt": "\(rotation.state.wakeAt?.rfc3339 ?? "now")"]
            )
        case (.generatorFailed, _):
            logger.warning("generator failed")
        default:
            logger.debug("rotation: \(rotation.state.phaseName)")
        }
    }

    /// The metadata of a line that says no more than the history's entry of an event.
    private static func recorded(_ event: AuditEventName) -> Logger.Metadata { ["event": "\(event.rawValue)"] }

    /// Whether an event is worth a line at debug level alone, whatever the rotation has reached by it.
    private func isRoutine(_ event: RotationEvent) -> Bool {
        switch event {
        case .generated, .staged, .stepStarted, .attemptStarted, .erased: true
        default: false
        }
    }

    // MARK: Actions

    private var context: GeneratorContext {
        GeneratorContext(hub: rotation.secret.hub, alias: rotation.secret.alias.text, rotation: rotation.id.rawValue)
    }

    private mutating func generate() async throws {
        // One that was sealed right before a crash is the rotation's candidate: another one would be a second value.
        if !environment.isOpenedNow, try await environment.storage.hasCandidate(rotation.id) {
            guard try await candidate() != nil else { return }
            try await record(.generated)
            return
        }
        if rotation.generator.plugIn != nil { try await environment.storage.checkFence() }
        do {
            made = try await environment.generator.generate(context)
        } catch {
            try await record(.generatorFailed(error))
            return
        }
        try await record(.generated)
    }

    private mutating func stage() async throws {
        guard let made else { throw UnexpectedEvent(phase: rotation.state.phase, event: .staged) }
        guard let fingerprint = try await environment.storage.stage(made, for: rotation) else {
            try await record(.repeatedValue)
            return
        }
        rotation.fingerprint = fingerprint
        try await record(.staged)
    }

    /// Lists the secret, before or after delivering.
    private mutating func list() async throws -> HubError? {
        let permit: SendPermit
        do {
            permit = try await environment.api.permit()
        } catch {
            if error.kind != .notSent { try await record(.listFailed(error)) }
            return error
        }
        guard try await hasTurn() else { return HubError(.notSent) }
        let listed: [ListedSecret]
        do {
            listed = try await environment.api.list(alias: rotation.secret.alias, workspace: nil, using: permit)
        } catch {
            // A host that has no descriptor left for a connection waits, as after any other failure.
            try await record(.listFailed(error))
            guard error.isRefusalToList else { return error }
            // A hub that has listed the secret before lists: one refusal is its gateway's, not a missing right.
            if rotation.state.evidence.source == .unlisted { isListRefused = true }
            return nil
        }
        (isLetIn, hasListed) = (true, true)
        // The query is a hint: other secrets that a hub lists are ignored.
        if let secret = listed.first(where: { $0.alias == rotation.secret.alias.text }) {
            try await recordUnexpectedUpdate(secret)
            try await record(.listed(updatedAt: secret.updatedAt, isForeign: try await isForeign(secret)))
        } else {
            try await record(.notListed)
        }
        return nil
    }

    /// Has it recorded where preflight sees an update that none of ours has made: the value in force is unknown.
    private func recordUnexpectedUpdate(_ secret: ListedSecret) async throws {
        let evidence = rotation.state.evidence
        guard evidence.source == nil, let updatedAt = secret.updatedAt, evidence.isMoved(updatedAt) else { return }
        let now = environment.clock.now
        guard try await environment.storage.recordUnexpectedUpdate(before: rotation, updatedAt: updatedAt, now: now)
        else { return }
        environment.logger.warning(
            "the hub shows an update that is not ours: the value in force is unknown until this ends"
        )
    }

    /// Whether a secret's last update is known to be another user's; learns from what follows an update of ours.
    private func isForeign(_ secret: ListedSecret) async throws -> Bool {
        guard case .delivered = rotation.state.phase, let updatedAt = secret.updatedAt,
            rotation.state.evidence.isMoved(updatedAt)
        else { return false }
        let (storage, hub) = (environment.storage, rotation.secret.hub)
        let owner = try await storage.tokenOwner(hub)
        // Once an attempt, by the first list after it: what moves later may be another client's again and again.
        let learned = rotation.state.tally.confirmations == 0 ? owner.after(secret.lastUpdatedBy) : owner
        if learned != owner { try await storage.setTokenOwner(learned, hub) }
        return owner.isForeign(secret.lastUpdatedBy)
    }

    private mutating func perform(_ step: GeneratorStep) async throws {
        guard let candidate = try await candidate() else { return }
        try await record(.stepStarted(step))
        try await environment.storage.checkFence()
        do {
            try await environment.generator.perform(step, candidate, context)
        } catch {
            try await record(.generatorFailed(error.during(step)))
            return
        }
        try await record(.stepDone(step))
    }

    private mutating func attempt() async throws -> HubError? {
        guard let candidate = try await candidate() else { return nil }
        let update = SecretUpdate(
            alias: rotation.secret.alias,
            value: candidate.value,
            description: rotation.description,
            access: rotation.access
        )
        // The attempt is recorded once it has its permit, right before it is sent: one that waits for the hub's limits is
        // none yet, and can be given up, as it certainly had no effect.
        let permit: SendPermit
        do { permit = try await environment.api.permit() } catch { return error }
        guard try await hasTurn() else { return HubError(.notSent) }
        try await record(.attemptStarted)
        guard try await mayStillSend() else { return HubError(.notSent) }
        let receipt: Receipt
        do {
            receipt = try await environment.api.update(update, using: permit)
        } catch {
            if error.isDefinite && error.kind != .redirected { isLetIn = true }
            try await endAttempt(.failed(error))
            return error
        }
        isLetIn = true
        // Nothing but a list can tell that an answer without a body is AI Hub's.
        guard !receipt.isEmpty || rotation.state.evidence.source == .updatedAt else {
            let error = HubError(.malformed, status: receipt.status, requestID: receipt.requestID)
            try await endAttempt(.failed(error))
            return error
        }
        try await endAttempt(.delivered(receipt))
        hasDelivered = true
        return nil
    }

    /// Whether an attempt that is recorded may be sent; one that may not ends as `not_sent`.
    ///
    /// What was recorded may be the last thing that this process could record; and it may have stood still since.
    private mutating func mayStillSend() async throws -> Bool {
        let notSent = Attempt.Outcome.failed(HubError(.notSent))
        do {
            try await environment.storage.checkFence()
            if try await hasTurn() { return true }
        } catch {
            // Tried once: where the history can't be written the attempt stays without an end, and is unknown later.
            try? await endAttempt(notSent)
            throw error
        }
        try await endAttempt(notSent)
        return false
    }

    /// Whether the hub may be spoken to: the daemon may have begun to stop, or the hub to rest, since that was known.
    private func hasTurn() async throws -> Bool {
        if environment.isStopping() { return false }
        return try await environment.storage.hubStatus(rotation.secret.hub).probeAt == nil
    }

    private mutating func endAttempt(_ outcome: Attempt.Outcome) async throws {
        try await record(.attemptEnded(outcome))
    }

    /// The candidate, unsealed once per run; where it is gone, that is recorded.
    private mutating func candidate() async throws -> GeneratedValue? {
        if made == nil { made = try await environment.storage.candidate(of: rotation) }
        if made == nil { try await record(.candidateLost) }
        return made
    }

    private mutating func close() async throws {
        made = nil
        let isGone = try await environment.storage.eraseCandidate(of: rotation.id)
        try await record(isGone ? .erased : .eraseBlocked)
    }
}
