import RotationCore
import RotationStore
import SQLite
import Scheduling
import SecretMemory
import ValueGenerators

/// The real store over real files, with writes that fail in both ways: not persisted, and persisted but reported as
/// failed; and with deaths of the process before and after each.
struct SimulatedStorage: RotationStorage {
    private let store: RotationStore
    private let path: String
    private let process: Process
    private let hubs: [String: SimulatedHub]
    private let world: SimulatedHub.Surroundings
    private let steps: StepExecutor
    private let breakage: Breakage?
    private let failedWrite: Simulation.WriteFault?
    private let writes: Counter

    /// A write that fails.
    struct Trouble: Error {}

    init(
        _ store: RotationStore,
        path: String,
        _ process: Process,
        hubs: [String: SimulatedHub],
        _ world: SimulatedHub.Surroundings,
        steps: StepExecutor,
        breakage: Breakage?,
        failedWrite: Simulation.WriteFault?,
        writes: Counter
    ) {
        (self.failedWrite, self.writes) = (failedWrite, writes)
        (self.path, self.steps) = (path, steps)
        (self.store, self.process, self.hubs, self.world, self.breakage) = (store, process, hubs, world, breakage)
    }

    /// A call that changes something.
    private func write<T>(_ body: () async throws -> T) async throws -> T {
        try meetDeath(.crash, 40)
        if let failedWrite, writes.next() == failedWrite.number {
            if failedWrite.isPersisted { _ = try await body() }
            process.die()
            throw Trouble()
        }
        let meetsFault = world.dice.once(in: world.odds() * 8)
        let isPretence = world.dice.once(in: 2)
        if meetsFault && !isPretence {
            world.counts.add(.storageRefused)
            throw Trouble()
        }
        let result = try await body()
        try meetDeath(.crashAfterCommit, 40)
        if meetsFault {
            world.counts.add(.storagePretended)
            throw Trouble()
        }
        return result
    }

    /// A call that becomes durable with a batch.
    ///
    /// - Parameters:
    ///   - subject: What a complaint names.
    ///   - onDurable: Tells the judge, between COMMIT and the caller's answer.
    private func commit<T: Sendable>(
        _ subject: String,
        _ body: @escaping @Sendable () async throws -> T,
        onDurable: @escaping @Sendable (T) -> Void
    ) async throws -> T {
        try await commit(subject, Ticket { ($0 as? T).map(onDurable) }, body)
    }

    private func commit<T: Sendable>(
        _ subject: String,
        _ ticket: Ticket,
        _ body: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        do {
            let result = try await answer(ticket, body)
            if let complaint = ticket.complaintAboutSuccess { world.judge.accuse("\(subject): \(complaint)") }
            return result
        } catch {
            if let complaint = ticket.complaint(about: error) { world.judge.accuse("\(subject): \(complaint)") }
            throw error
        }
    }

    /// What the caller is told.
    private func answer<T: Sendable>(
        _ ticket: Ticket,
        _ body: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        guard breakage == .tellsBeforeDurable else {
            let result = try await Ticket.$current.withValue(ticket, operation: body)
            if breakage == .takesMatesFailure, let error = ticket.matesFailure { throw error }
            return result
        }
        Task(executorPreference: steps) { _ = try? await Ticket.$current.withValue(ticket, operation: body) }
        let result = try await ticket.untilWritten()
        guard let result = result as? T ?? true as? T else { throw Trouble() }
        return result
    }

    private func read<T>(_ body: () async throws -> T) async throws -> T {
        // Rarely: a death before a read is one after the write before it.
        try meetDeath(.crash, 100)
        // What reads without waiting for the writer is a place for other jobs all the same: any thread may come between.
        await Task.yield()
        let result = try await body()
        try process.checkAlive()
        return result
    }

    private func meetDeath(_ kind: Fault, _ rarity: Int) throws {
        try process.checkAlive()
        guard world.dice.once(in: world.odds() * rarity) else { return }
        world.counts.add(kind)
        process.die()
        throw Process.Died()
    }

    // MARK: Reading

    func dueWork(hub: String, _ part: WorkPart, now: Instant, limit: Int) async throws -> [DueWork] {
        if breakage == .ignoresGroup { try change("DELETE FROM groups") }
        let work = try await read { try store.dueWork(hub: hub, part, now: now, limit: limit) }
        guard breakage == .losesDueWork else { return work }
        return work.filter { item in
            if case .secret(let secret) = item.key { secret.alias.text != "s0" } else { true }
        }
    }

    func earliestDue(hub: String, _ part: WorkPart, now: Instant) async throws -> Instant? {
        try await read { try store.earliestDue(hub: hub, part, now: now) }
    }

    func rotation(_ id: RotationID) async throws -> Rotation? {
        let rotation = try await read { try await store.rotation(id) }
        guard breakage == .endsTwice, rotation?.state.ending != nil else { return rotation }
        // Forgotten on the disk, too.
        try change(
            """
            UPDATE rotations SET phase = 'delivered', confirm_by = opened_at, evidence_source = 'updated_at',
                seen_updates = NULL, outcome = NULL, ended_at = NULL, next_step_at = NULL WHERE id = '\(id)'
            """
        )
        return try await store.rotation(id)
    }

    func candidate(of rotation: Rotation) async throws -> GeneratedValue? {
        guard let made = try await read({ try await store.candidate(of: rotation) }) else { return nil }
        guard breakage == .regenerates, rotation.state.tally.attempts > 0 else { return made }
        let generator = rotation.generator.makeGenerator(random: world.dice) { 0 }
        let other = try await generator.generate(GeneratorContext(hub: "", alias: "", rotation: ""))
        world.judge.staged(other.value.withUTF8 { Array($0) }, for: rotation.id)
        return other
    }

    func hasCandidate(_ id: RotationID) async throws -> Bool {
        try await read { try await store.hasCandidate(id) }
    }

    func checkFence() async throws {
        let isIgnored = breakage == .ignoresFence || breakage == .sendsUnderOldEpoch
        do { try await read { try store.checkFence() } } catch is FenceLost where isIgnored {}
    }

    func hubStatus(_ hub: String) async throws -> HubStatus {
        let status = try await read { try await store.hubStatus(hub) }
        if breakage == .ignoresPause, case .paused(let pause) = status, pause.until <= world.time.now {
            return .available
        }
        return breakage == .ignoresSuspension ? .available : status
    }

    func isPolicyCurrent(_ rotation: Rotation) async throws -> Bool {
        try await read { try await store.isPolicyCurrent(rotation) }
    }

    func listsRefusedAt(_ hub: String) async throws -> Instant? {
        try await read { try await store.listsRefusedAt(hub) }
    }

    func tokenOwner(_ hub: String) async throws -> TokenOwner {
        let owner = try await read { try await store.tokenOwner(hub) }
        // Not quite known yet, whatever was learned.
        let ignorant = TokenOwner(user: owner.user, count: min(owner.count, TokenOwner.threshold - 1))
        return breakage == .ignoresOthers ? ignorant : owner
    }

    // MARK: Writing

    func setTokenOwner(_ owner: TokenOwner, _ hub: String) async throws {
        try await write { try await store.setTokenOwner(owner, hub) }
    }

    func claim(_ claim: Claim) async throws -> Rotation? {
        try await write {
            if breakage == .ignoresWindow { try change("UPDATE schedules SET window_ms = NULL") }
            return try await commit("\(claim.secret)") {
                try await store.claim(claim)
            } onDurable: { rotation in
                guard let rotation else { return }
                world.judge.opened(rotation, now: claim.now, hubHolds: held(claim.secret))
            }
        }
    }

    private func held(_ secret: SecretName) -> [UInt8]? {
        hubs[secret.hub]?.value(of: secret.alias.text)
    }

    /// Changes something behind the store's back.
    private func change(_ sql: String) throws {
        let connection = try Connection(path: path, mode: .readWrite)
        defer { connection.close() }
        try connection.execute(sql)
    }

    func advance(_ advance: RotationAdvance) async throws -> Rotation {
        var advance = advance
        if breakage == .doesNotHold { advance.plan.lateHold = .zero }
        let isAttempt = advance.happenings.contains { $0.event == .attemptStarted }
        if breakage == .sendsUnrecorded && isAttempt { return try await projected(advance) }
        if breakage == .erasesBeforeSuccess, advance.seen.ending == nil,
            case .succeeded = try await projected(advance).state.ending
        {
            try await erase(advance.rotation)
        }
        let final = advance
        if breakage == .sendsBeforeEntry && isAttempt {
            let rotation = try await projected(final)
            Task(executorPreference: steps) {
                await world.time.sleep(.milliseconds(100))
                _ = try await commit(final, isAttempt: true)
            }
            return rotation
        }
        let rotation: Rotation
        do {
            rotation = try await write { try await commit(final, isAttempt: isAttempt) }
        } catch is FenceLost where breakage == .sendsUnderOldEpoch && isAttempt {
            rotation = try await projected(final)
        }
        if breakage == .firesTwice, final.seen.ending == nil, rotation.state.ending != nil { try fireAgain(rotation) }
        if breakage == .forgetsAmbiguity { try change("UPDATE rotations SET is_ambiguous = 0") }
        if isAttempt { try await standStill() }
        return rotation
    }

    /// What the rotation would be.
    private func projected(_ advance: RotationAdvance) async throws -> Rotation {
        guard var rotation = try await store.rotation(advance.rotation) else {
            throw StaleRotation(rotation: advance.rotation)
        }
        for happening in advance.happenings {
            try rotation.state.handle(
                happening.event,
                plan: advance.plan,
                now: happening.at,
                fraction: happening.fraction
            )
        }
        return rotation
    }

    private func commit(_ advance: RotationAdvance, isAttempt: Bool) async throws -> Rotation {
        do {
            return try await commit("\(advance.secret)") {
                try await store.advance(advance)
            } onDurable: { rotation in
                if isAttempt { world.judge.recordedAttempt(of: rotation.id) }
                if advance.seen.ending == nil, let ending = rotation.state.ending {
                    world.judge.ended(rotation, ending, hubHolds: held(rotation.secret))
                }
                world.judge.saved(rotation)
            }
        } catch let stale as StaleRotation where stale.rotation != advance.rotation {
            world.judge.accuse("\(advance.secret): was told that another rotation is stale")
            throw stale
        }
    }

    /// The process stands still between the record of an attempt and its request, as after SIGSTOP.
    private func standStill() async throws {
        guard world.dice.once(in: world.odds() * 2) else { return }
        world.counts.add(.standstill)
        await world.time.sleep(world.dice.duration(1000...7_200_000))
        try process.checkAlive()
    }

    /// Puts the next due instant back to the slot that has just been served.
    private func fireAgain(_ rotation: Rotation) throws {
        guard let slot = rotation.slot else { return }
        let connection = try Connection(path: path, mode: .readWrite)
        defer { connection.close() }
        try connection.run(
            "UPDATE schedules SET next_step = 'slot', slot = coalesce(slot, ?1), next_due = ?1 WHERE hub = ?2 AND alias = ?3",
            slot.rawValue,
            rotation.secret.hub,
            rotation.secret.alias.text
        )
    }

    func stage(_ made: GeneratedValue, for rotation: Rotation) async throws -> [UInt8]? {
        try await write {
            let fingerprint = try await commit("\(rotation.secret)") {
                try await store.stage(made, for: rotation)
            } onDurable: { fingerprint in
                guard fingerprint != nil else { return }
                world.judge.staged(made.value.withUTF8 { Array($0) }, for: rotation.id)
            }
            if breakage == .forgetsCandidates { _ = try await store.eraseCandidate(of: rotation.id) }
            return fingerprint
        }
    }

    func eraseCandidate(of id: RotationID) async throws -> Bool {
        if world.dice.once(in: world.odds() * 4) {
            try process.checkAlive()
            world.counts.add(.eraseBlocked)
            return false
        }
        return try await write { try await erase(id) }
    }

    @discardableResult
    private func erase(_ id: RotationID) async throws -> Bool {
        // What becomes durable with the batch is the deletion; whether a reader blocks the erasure is known only after it.
        let ticket = Ticket { _ in world.judge.erased(id) }
        return try await commit("\(id)", ticket) { try await store.eraseCandidate(of: id) }
    }

    func requestAll(trigger: Trigger, overdueOnly: Bool, now: Instant, actor: Actor) async throws -> Int {
        try await write {
            try await store.requestAll(trigger: trigger, overdueOnly: overdueOnly, now: now, actor: actor)
        }
    }

    func updateHub(
        _ hub: String,
        now: Instant,
        _ change: @Sendable (HubStatus, Instant) -> HubStatus?
    ) async throws -> HubStatus? {
        try await write {
            let status = try await store.updateHub(hub, now: now, change)
            if let status { world.judge.hubIs(status, hub) }
            return status
        }
    }

    func setListsRefused(_ hub: String, at instant: Instant?) async throws {
        try await write { try await store.setListsRefused(hub, at: instant) }
    }

    func adjustForClockStep(
        _ step: Duration,
        now: Instant,
        farthest: Duration,
        longestHolds: [String: Duration]
    ) async throws {
        try await write {
            try await store.adjustForClockStep(step, now: now, farthest: farthest, longestHolds: longestHolds)
        }
    }

    func refreshZones(now: Instant) async throws -> [String] {
        try await write { try await store.refreshZones(now: now) }
    }

    func watchedSchedules() async throws -> [Schedule] {
        let schedules = try await read { try await store.watchedSchedules() }
        return breakage == .ignoresFiles ? [] : schedules
    }

    func fingerprints(of value: SecretValue) async throws -> [[UInt8]] {
        try await read { try await store.fingerprints(of: value) }
    }

    func recordObservation(_ look: SourceObservation) async throws {
        try await write { try await store.recordObservation(look) }
    }

    func recordLook(at secret: SecretName, updatedAt: Int64?, now: Instant) async throws -> Bool {
        try await write { try await store.recordLook(at: secret, updatedAt: updatedAt, now: now) }
    }

    func putOffLook(at secret: SecretName, until instant: Instant) async throws {
        try await write { try await store.putOffLook(at: secret, until: instant) }
    }

    func recordUnexpectedUpdate(before rotation: Rotation, updatedAt: Int64, now: Instant) async throws -> Bool {
        try await write { try await store.recordUnexpectedUpdate(before: rotation, updatedAt: updatedAt, now: now) }
    }

    func append(_ entry: AuditEntry) async throws {
        try await write { try await store.append(entry) }
    }
}
