package import RotationCore
import SQLite
package import Scheduling
package import SecretMemory

/// The engine's storage: the ledger and the candidates' vault, on one serial queue.
package actor RotationStore: RotationStorage {
    private let executor: any SerialExecutor
    private let ledger: Ledger
    private let vault: CandidateVault
    private let history: GroupCommit
    private let candidates: GroupCommit
    private let hooks: (any CommitHooks)?
    private let hubs = HubMemory()
    private let reader: HistoryReader
    /// What was committed to the history.
    package nonisolated let stream: CommitStream
    private let clock: any Clock
    private let random: any RandomSource

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Whether nothing was committed to the candidates since their WAL was truncated.
    private var isTruncated = false
    /// No truncation is tried before this time since boot, as a reader has blocked the last one; nil for none.
    private var truncationBlockedUntil: Duration?

    private let checkLock: @Sendable () throws(FenceLost) -> Void
    /// The right to write to both files, as it can be seen from outside the queue.
    private let fences: [Fence]
    private let lockWaits: [LockWait]

    /// Opens both databases, migrates them, becomes their only writer, and sorts the candidates that it finds.
    ///
    /// The caller holds the daemon's lock.
    ///
    /// - Parameters:
    ///   - path: The main database; the candidates' one stands beside it.
    ///   - key: Seals candidates.
    ///   - origin: What audit entries say of this process.
    ///   - generators: Reads the generators of rows.
    ///   - executor: Where it runs; a queue of its own if not given.
    ///   - checkLock: Throws where the caller does not hold the lock any more.
    ///   - hooks: What a test does between the steps of a commit.
    package init(
        path: String,
        key: StagingKey,
        origin: AuditOrigin,
        clock: any Clock,
        random: any RandomSource,
        generators: any GeneratorRegistry,
        executor: (any SerialExecutor)? = nil,
        checkLock: @escaping @Sendable () throws(FenceLost) -> Void = {},
        hooks: (any CommitHooks)? = nil
    ) throws {
        (history, candidates, self.hooks) = (GroupCommit(hooks: hooks), GroupCommit(hooks: hooks), hooks)
        self.executor = executor ?? DatabaseExecutor(label: "secret-rotator.store")
        var ledger = try Ledger(path: path, origin: origin, mayMigrate: true, generators: generators, now: clock.now)
        var vault = try CandidateVault(path: Self.candidatesPath(for: path), key: key)
        // The history first: from here on a daemon that was there before records nothing, and so begins nothing.
        try ledger.raiseEpoch(above: vault.epoch)
        try vault.raiseEpoch(above: ledger.fence.epoch - 1)
        (self.ledger, self.vault, stream) = (ledger, vault, ledger.stream)
        fences = [ledger.fence, vault.fence]
        lockWaits = [ledger.connection.lockWait, vault.lockWait]
        (self.clock, self.random, self.checkLock) = (clock, random, checkLock)
        reader = try HistoryReader(path: path, origin: origin, generators: generators)
        try Self.sortCandidates(ledger, vault, now: clock.now)
    }

    /// Has rotations go on that are parked as their candidates could not be unsealed, where they can be by now: the right
    /// key is back.
    ///
    /// - Parameter plan: A rotation's policy.
    package func resumeParked(plan: (Rotation) -> RotationPlan) throws {
        for stored in try ledger.history.rotations(openOnly: true) where stored.rotation.isParkedForCandidate {
            guard try vault.candidate(of: stored.rotation) != nil else { continue }
            try ledger.resumeParked(stored.rotation, plan: plan(stored.rotation), now: clock.now)
        }
    }

    /// Where the candidates of a main database are kept.
    package static func candidatesPath(for path: String) -> String {
        path + candidatesSuffix
    }

    /// What the candidates' database has after the main one's name.
    package static let candidatesSuffix = ".candidates"

    // MARK: Batches

    /// Has something written to the history with the next commit, and returns once that is durable.
    private nonisolated func change<T: Sendable>(_ body: @escaping @Sendable (Ledger) throws -> T) async throws -> T {
        let change = Change(tag: hooks?.tag()) { try body($0.ledger) }
        if await history.join(change) == .lead {
            await Task.yield()
            await commitHistory()
        }
        return try change.settled
    }

    /// Has something written to the candidates with the next commit, and returns once that is durable.
    private nonisolated func changeCandidates<T: Sendable>(
        weight: Int = GroupCommit.usualWeight,
        _ body: @escaping @Sendable (Files) throws -> T
    ) async throws -> T {
        let change = Change(tag: hooks?.tag(), weight: weight, body)
        if await candidates.join(change) == .lead {
            await Task.yield()
            await commitCandidates()
        }
        return try change.settled
    }

    private func commitHistory() {
        history.lead { ledger.commit($0, Files(ledger: ledger, vault: vault, hooks: hooks)) }
    }

    private func commitCandidates() {
        candidates.lead { vault.commit($0, Files(ledger: ledger, vault: vault, hooks: hooks)) }
        isTruncated = false
    }

    /// How long a reader of the candidates that blocks their truncation is left alone.
    private static let truncationPause = Duration.seconds(1)

    /// Truncates the candidates' WAL once for all whose deletion was committed before.
    ///
    /// Where a reader blocks it, there is one retry for the file, however many rotations wait for it.
    private func truncate() throws -> Bool {
        if isTruncated { return true }
        if let blockedUntil = truncationBlockedUntil, clock.uptime < blockedUntil { return false }
        isTruncated = try vault.truncate()
        truncationBlockedUntil = isTruncated ? nil : clock.uptime + Self.truncationPause
        return isTruncated
    }

    // MARK: While the queue may be blocked

    /// A file that was deleted or replaced since it was opened; nil for none.
    package nonisolated var replaced: StorageReplaced? {
        for fence in fences {
            do { try fence.checkFiles() } catch { return error }
        }
        return nil
    }

    /// The longest present wait for another process's lock; nil where nothing waits.
    package nonisolated var lockWait: (locked: StorageLocked, elapsed: Duration)? {
        lockWaits.compactMap { wait in wait.elapsed.map { (StorageLocked(path: wait.path), $0) } }.max { $0.1 < $1.1 }
    }

    // MARK: The engine's storage

    /// Truncates the WAL and closes both files; nothing can be called after it.
    package func close() {
        stream.end()
        reader.close()
        vault.close()
        _ = try? ledger.connection.truncateWAL()
        ledger.close()
    }

    package nonisolated func dueWork(
        hub: String,
        _ part: WorkPart = .all,
        now: Instant,
        limit: Int
    ) throws -> [DueWork] {
        try reader.read { try $0.dueWork(hub: hub, part, now: now, limit: limit) }
    }

    package nonisolated func earliestDue(hub: String, _ part: WorkPart = .all, now: Instant) throws -> Instant? {
        try reader.read { try $0.earliestDue(hub: hub, part, now: now) }
    }

    package nonisolated func claim(_ claim: Claim) async throws -> Rotation? {
        try await change { try $0.claim(claim) }
    }

    package func rotation(_ id: RotationID) throws -> Rotation? {
        guard let stored = try RotationTable.find(id, by: ledger.generators, in: ledger.connection),
            stored.closedAt == nil
        else { return nil }
        return stored.rotation
    }

    package nonisolated func advance(_ advance: RotationAdvance) async throws -> Rotation {
        let clock = clock
        return try await change { ledger in
            var advance = advance
            // While it waited for its batch the clock may have been set, and what follows from that been written.
            advance.stamp(clock.now)
            return try ledger.advance(advance)
        }
    }

    package nonisolated func stage(_ made: GeneratedValue, for rotation: Rotation) async throws -> [UInt8]? {
        let weight = GroupCommit.usualWeight + made.size
        return try await changeCandidates(weight: weight) { files in try Self.stage(made, for: rotation, files) }
    }

    private static func stage(_ made: GeneratedValue, for rotation: Rotation, _ files: Files) throws -> [UInt8]? {
        let (ledger, vault) = (files.ledger, files.vault)
        let stored = try RotationTable.find(rotation.id, by: ledger.generators, in: ledger.connection)
        // Once staged, a rotation has its one candidate: whoever comes with another one is mistaken.
        guard stored?.rotation.state.phase == .claimed else { throw StaleRotation(rotation: rotation.id) }
        let isFound = try vault.hasCandidate(rotation.id.rawValue)
        let fingerprint = vault.fingerprint(of: made.value)
        let schedule = try ScheduleTable.find(rotation.secret, by: ledger.generators, in: ledger.connection)
        // What another tool has left in a file can't be made anew: where it is wanted again, it is sent again.
        let mayRepeat = rotation.generator.isWatched
        if let last = schedule?.lastFingerprint, !mayRepeat, !isFound, vault.has(made.value, fingerprint: last) {
            return nil
        }
        try vault.stage(made, for: rotation)
        return fingerprint
    }

    package func candidate(of rotation: Rotation) throws -> GeneratedValue? {
        try vault.candidate(of: rotation)
    }

    package func hasCandidate(_ id: RotationID) throws -> Bool {
        try vault.hasCandidate(id.rawValue)
    }

    /// Looks at the history's epoch, as a new daemon raises it there first.
    ///
    /// That of the candidates is checked by each commit.
    package nonisolated func checkFence() throws {
        try checkLock()
        if let replaced { throw replaced }
        try reader.read { try $0.checkEpoch() }
    }

    package nonisolated func eraseCandidate(of id: RotationID) async throws -> Bool {
        try await changeCandidates { try $0.vault.delete(id.rawValue) }
        return try await truncate()
    }

    package func isPolicyCurrent(_ rotation: Rotation) throws -> Bool {
        try ledger.isPolicyCurrent(rotation)
    }

    package nonisolated func listsRefusedAt(_ hub: String) async throws -> Instant? {
        try await rowOfHub(hub).listsRefusedAt
    }

    package nonisolated func setListsRefused(_ hub: String, at instant: Instant?) async throws {
        defer { hubs.forget() }
        try await change {
            try HubTable.setListsRefused(hub, at: instant, in: $0.connection)
            $0.recorder.addHub(hub)
        }
    }

    package func tokenOwner(_ hub: String) throws -> TokenOwner {
        try HubTable.tokenOwner(of: hub, in: ledger.connection)
    }

    package nonisolated func setTokenOwner(_ owner: TokenOwner, _ hub: String) async throws {
        try await change {
            try HubTable.set(owner, of: hub, in: $0.connection)
            $0.recorder.addHub(hub)
        }
    }

    package func adjustForClockStep(
        _ step: Duration,
        now: Instant,
        farthest: Duration,
        longestHolds: [String: Duration]
    ) throws {
        defer { hubs.forget() }
        try ledger.adjustForClockStep(step, now: now, farthest: farthest, longestHolds: longestHolds)
    }

    package func refreshZones(now: Instant) throws -> [String] {
        try ledger.refreshZones(now: now)
    }

    package func watchedSchedules() throws -> [Schedule] {
        try ledger.watchedSchedules()
    }

    package func fingerprints(of value: SecretValue) throws -> [[UInt8]] {
        vault.fingerprints(of: value)
    }

    package func recordObservation(_ look: SourceObservation) throws {
        try ledger.recordObservation(look)
    }

    package nonisolated func recordLook(
        at secret: SecretName,
        updatedAt: Int64?,
        now: Instant
    ) async throws -> Bool {
        let transition = try await change { ledger in
            try ledger.decide(about: secret) {
                try Transition.lookAfterHold(at: secret, updatedAt: updatedAt, $0, now: now)
            }
        }
        return transition?.value != nil
    }

    package nonisolated func putOffLook(at secret: SecretName, until instant: Instant) async throws {
        try await change { ledger in _ = try ledger.decide(about: secret) { _ in .lookPutOff(until: instant) } }
    }

    package nonisolated func recordUnexpectedUpdate(
        before rotation: Rotation,
        updatedAt: Int64,
        now: Instant
    ) async throws -> Bool {
        let transition = try await change { ledger in
            try ledger.decide(about: rotation.secret) {
                try Transition.unexpectedUpdate(before: rotation, updatedAt: updatedAt, $0, now: now)
            }
        }
        return transition != nil
    }

    package func latestEntryTime() throws -> Instant? {
        try ledger.latestEntryTime()
    }

    package func requestAll(trigger: Trigger, overdueOnly: Bool, now: Instant, actor: Actor) throws -> Int {
        try ledger.requestAll(trigger: trigger, overdueOnly: overdueOnly, now: now, actor: actor, random: random).count
    }

    package nonisolated func hubStatus(_ hub: String) async throws -> HubStatus {
        try await rowOfHub(hub).status
    }

    /// What is remembered of a hub, from memory where nothing has changed since it was read.
    private nonisolated func rowOfHub(_ hub: String) async throws -> HubMemory.Row {
        if let known = hubs.row(of: hub) { return known }
        return try await readHub(hub)
    }

    private func readHub(_ hub: String) throws -> HubMemory.Row {
        let row = HubMemory.Row(
            status: try ledger.history.hubStatus(hub),
            listsRefusedAt: try HubTable.listsRefusedAt(hub, in: ledger.connection)
        )
        hubs.remember(row, of: hub)
        return row
    }

    package func updateHub(
        _ hub: String,
        now: Instant,
        _ change: @Sendable (HubStatus, Instant) -> HubStatus?
    ) throws -> HubStatus? {
        defer { hubs.forget() }
        return try ledger.updateHub(hub, now: now, change)
    }

    package nonisolated func append(_ entry: AuditEntry) async throws {
        try await change { try $0.append(entry) }
    }

    /// Appends that this process is not the writer any more: the one entry that it may still write.
    package func noteFenceLost(_ lost: FenceLost) throws {
        let entry = AuditEntry(Audit.FenceLost(lost), time: clock.now.rfc3339, actor: .daemon)
        try ledger.appendWithoutFence(entry)
    }

    /// Does something with the ledger on this actor's queue: how commands reach it through the control socket.
    package func withLedger<T: Sendable>(_ body: @Sendable (Ledger) throws -> T) throws -> T {
        // What can't be erased now is erased by the next call, or at the next start.
        defer {
            try? Self.eraseGivenUp(ledger, vault)
            hubs.forget()
        }
        return try body(ledger)
    }
}
