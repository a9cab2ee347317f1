package import Logging
package import RotationCore
package import Scheduling
import Synchronization

/// Finds what is due and has it done: the loop at the heart of the daemon.
///
/// Due work is a query over rows each time, never a queue in memory. A pass asks each hub's rows for as much work as
/// the hub has room for, starts it, and sets the alarm for the earliest thing that is left; the end of each piece of
/// work, the alarm, a signal or a command cause the next pass.
package actor Engine {
    /// How often the time zones are looked at.
    ///
    /// A little less than the alarm's minute, which is not exact: at each of its looks.
    private static let zoneInterval = Duration.seconds(55)

    var configuration: Configuration
    let storage: any RotationStorage
    let clock: any Clock
    private let random: any RandomSource
    let makeGenerator: MakeGenerator
    let logger: Logger
    /// When the engine began; never in the future: where it began by a clock that was ahead, no slot would come after it
    /// once that is put right.
    private var startedAt: Instant
    private let wakes: AsyncStream<Void>
    private nonisolated let continuation: AsyncStream<Void>.Continuation
    nonisolated let stopping = Atomic(false)
    /// Whether passes begin and end.
    nonisolated package let progress = PassProgress()
    /// What workers are busy with, by hub.
    var running: [String: Set<DueWork.Key>] = [:]
    /// Rotations whose row can't be decoded, or that made a step the state machine has no place for: one bad row must
    /// not stop the others.
    private var broken: Set<DueWork.Key> = []
    /// Nothing is begun before this instant, as storage has failed.
    var storagePausedUntil: Instant?
    nonisolated let storageWatch = Mutex(StorageWatch())
    /// Hubs that have let a request in since the engine began, or since they were last refused or configured anew: to any
    /// other one a single request goes ahead of all, so that a refused token is shown to the hub once, whatever is due.
    var proven: Set<String> = []
    private var clockWatch = ClockWatch()
    /// A step of the clock that the history does not tell of yet.
    private var untoldStep: Duration?
    /// Since when slots wait, as the clock was set and no time service vouches for it; nil where they do not.
    private nonisolated let clockHold = Mutex<Instant?>(nil)
    /// When the time zones were last looked at, since boot.
    private var zonesLookedAt: Duration?
    var alarm: (any Alarm)?
    /// What was last seen of values that others make.
    var observations: [SecretName: Observation] = [:]
    /// When they were last looked at, since boot.
    var sourcesLookedAt: Duration?
    var isLookingAtSources = false
    nonisolated let hasSourceHint = Atomic(false)
    var sourceWatch = SourceWatch.none

    /// Makes the generator of a specification.
    package typealias MakeGenerator = @Sendable (GeneratorSpecification) -> any ValueGenerator

    /// Makes an engine; ``run()`` starts it.
    ///
    /// - Parameter makeGenerator: Makes the generator of a specification.
    package init(
        configuration: Configuration,
        storage: any RotationStorage,
        clock: any Clock,
        random: any RandomSource,
        makeGenerator: @escaping MakeGenerator,
        logger: Logger
    ) {
        self.makeGenerator = makeGenerator
        self.configuration = configuration
        self.storage = storage
        self.clock = clock
        self.random = random
        self.logger = logger
        startedAt = clock.now
        (wakes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: From outside

    /// Has the engine look for due work.
    nonisolated package func wake() {
        continuation.yield()
    }

    /// Begins nothing new; ``run()`` returns when what is in flight has ended.
    nonisolated package func stop() {
        stopping.store(true, ordering: .sequentiallyConsistent)
        continuation.finish()
    }

    /// Takes over another configuration; what runs now ends with the old one.
    package func update(_ configuration: Configuration) {
        self.configuration = configuration
        // Somebody may have mended what could not be read, and vouches for the clock.
        broken = []
        proven = []
        clockHold.withLock { $0 = nil }
        // Other folders may be allowed now.
        noteSourceChange()
    }

    /// Requests a rotation of each schedule that is not paused, as a signal does.
    package func requestAll(overdueOnly: Bool) async throws {
        let now = clock.now
        let count = try await storage.requestAll(trigger: .signal, overdueOnly: overdueOnly, now: now, actor: .signal)
        logger.notice("signal: rotations requested", metadata: ["count": "\(count)"])
        wake()
    }

    /// Shortens pauses to what the configuration allows.
    package func limitPauses() async throws {
        let cap = configuration.retry.retryAfterCap
        for name in configuration.hubs.keys {
            _ = try await storage.updateHub(name, now: clock.now) { status, _ in status.shortened(to: cap) }
        }
    }

    /// Has suspended hubs probed at once, and shortens pauses to what the configuration allows.
    package func reopenHubs() async throws {
        let cap = configuration.retry.retryAfterCap
        for name in configuration.hubs.keys {
            _ = try await storage.updateHub(name, now: clock.now) { $0.reconfigured(now: $1, cap: cap) }
        }
        wake()
    }

    /// Returns when the engine answers, which shows that it is not stuck.
    package func heartbeat() {}

    /// Runs until ``stop()``.
    ///
    /// - Parameters:
    ///   - makeAlarm: Makes the alarm, which wakes the engine through the continuation; a Dispatch timer if not given.
    ///   - sourceWatch: Watches the folders of other tools' files; without it they are looked at each minute.
    package func run(
        makeAlarm: @Sendable (AsyncStream<Void>.Continuation) -> any Alarm = { WallClockAlarm(wakes: $0) },
        sourceWatch: SourceWatch = .none
    ) async {
        self.sourceWatch = sourceWatch
        alarm = makeAlarm(continuation)
        await withDiscardingTaskGroup { group in
            wake()
            progress.setRunning(true)
            for await _ in wakes {
                // Workers that end together cause one pass.
                await Task.yield()
                progress.begin(at: clock.now)
                await pass(&group)
                progress.end()
            }
            progress.setRunning(false)
        }
        alarm = nil
    }

    /// Since when slots wait for a clock that can be believed; nil where they do not.
    nonisolated package var clockHeldSince: Instant? { clockHold.withLock { $0 } }

    // MARK: A pass

    private func pass(_ group: inout DiscardingTaskGroup) async {
        let now = clock.now
        // A pause that seems longer than any is the mark of a clock that was set back.
        if let until = storagePausedUntil, now < until, until <= now.advanced(by: Self.storagePause) {
            alarm?.set(until)
            return
        }
        storagePausedUntil = nil
        do {
            try await storage.checkFence()
            storageWatch.withLock { $0.noteCheck(now: now) }
            try await tellOfReplacement()
            try await lookAtClock()
            try await lookAtZones()
            startLook(&group)
            var next = storageWatch.withLock { $0.quietFrom }
            for name in configuration.hubs.keys.sorted() {
                guard let due = try await serve(name, &group) else { continue }
                next = min(next ?? due, due)
            }
            // A worker may have met the storage's trouble while this pass was waiting for it.
            alarm?.set(storagePausedUntil ?? next)
        } catch {
            pauseForStorage(error)
        }
    }

    /// Notices a clock that was set; the history tells of it before anything is done by the new time.
    private func lookAtClock() async throws {
        if let step = clockWatch.look(now: clock.now, uptime: clock.uptime) {
            untoldStep = (untoldStep ?? .zero) + step
            startedAt = min(startedAt, clock.now)
        }
        if let step = untoldStep {
            try await storage.adjustForClockStep(
                step,
                now: clock.now,
                farthest: configuration.retry.longestWait,
                longestHolds: configuration.hubs.mapValues {
                    LateHold.longest(timeout: $0.timeout, lateHold: $0.lateHold)
                }
            )
            untoldStep = nil
            let (now, isSynchronised) = (clock.now, clock.isSynchronised)
            clockHold.withLock { $0 = isSynchronised ? nil : now }
            let hold = isSynchronised ? "synchronised" : "slots wait until a time service vouches for it, or a reload"
            logger.error("the clock was set by \(step): \(hold)")
        }
        if clockHeldSince != nil && clock.isSynchronised {
            clockHold.withLock { $0 = nil }
            logger.notice("the clock is synchronised: slots fire again")
        }
    }

    /// Takes in time zones that were renewed, now and then.
    private func lookAtZones() async throws {
        let uptime = clock.uptime
        guard zonesLookedAt.map({ uptime - $0 >= Self.zoneInterval }) ?? true else { return }
        zonesLookedAt = uptime
        let changed = try await storage.refreshZones(now: clock.now)
        guard !changed.isEmpty else { return }
        logger.notice("the rules of time zones have changed", metadata: ["zones": "\(changed.joined(separator: " "))"])
    }

    /// Starts what is due at a hub and finds room.
    ///
    /// - Returns: When to look again; nil for when a worker ends, or somebody wakes the engine.
    private func serve(_ name: String, _ group: inout DiscardingTaskGroup) async throws -> Instant? {
        let status = try await storage.hubStatus(name)
        guard let probeAt = status.probeAt else { return try await begin(.all, at: name, &group) }
        proven.remove(name)
        let isProbed = try await isProbeDue(at: name, status, probeAt)
        if isProbed { startProbe(of: name, &group) }
        let next = try await begin(.withoutHub, at: name, &group)
        return isProbed ? next : min(probeAt, next ?? probeAt)
    }

    /// Starts as much of a hub's due work as finds room.
    ///
    /// - Returns: When more is due; nil for when a worker ends, or somebody wakes the engine.
    private func begin(_ part: WorkPart, at name: String, _ group: inout DiscardingTaskGroup) async throws -> Instant? {
        let now = clock.now
        // As much as the hub could have under way at all: how much of it is, is known only after the await. Rotations that are
        // under way are among what is found.
        guard let limit = configuration.hubs[name]?.maxInFlight else { return nil }
        let work = try await storage.dueWork(hub: name, part, now: now, limit: limit + broken.count)
        // Read again after the await: workers have begun and ended, and a reload may have taken the hub away.
        guard storagePausedUntil == nil, let hub = configuration.hubs[name] else { return nil }
        let busy = running[name, default: []]
        let isWide = part == .withoutHub || proven.contains(name)
        let room = (isWide ? hub.maxInFlight : 1) - busy.count
        guard room > 0 else { return nil }
        let fresh = work.filter { !busy.contains($0.key) && !broken.contains($0.key) && mayBegin($0) }.prefix(room)
        for item in fresh { start(item, at: name, hub, &group) }
        if fresh.count == room { return nil }
        guard let due = try await storage.earliestDue(hub: name, part, now: now) else { return nil }
        // What is due and yet not begun is either under way or broken: its end, or the look every minute, is next.
        return due > now ? due : nil
    }

    /// Whether a hub that may not be spoken to is to be probed: its time has come, or its token was renewed.
    private func isProbeDue(at name: String, _ status: HubStatus, _ probeAt: Instant) async throws -> Bool {
        if probeAt <= clock.now { return true }
        guard case .suspended(let suspension) = status else { return false }
        return try await isTokenRenewed(at: name, suspension)
    }

    /// Slots wait for a clock that can be believed; what somebody asked for, or has begun, does not.
    private func mayBegin(_ work: DueWork) -> Bool {
        if case .slot = work { clockHeldSince == nil } else { true }
    }

    /// Whether somebody has renewed the token of a hub that had refused the old one.
    private func isTokenRenewed(at name: String, _ suspension: HubStatus.Suspension) async throws -> Bool {
        guard [.unauthorized, .noToken].contains(suspension.reason), let hub = configuration.hubs[name] else {
            return false
        }
        return await hub.api.hasNewToken()
    }

    private func start(_ work: DueWork, at name: String, _ hub: Hub, _ group: inout DiscardingTaskGroup) {
        guard running[name, default: []].insert(work.key).inserted else { return }
        if case .slot(_, let dueAt) = work { progress.noteSlot(due: dueAt) }
        group.addTask {
            await self.perform(work, hub)
            await self.ended(work.key, at: name)
        }
    }

    func ended(_ key: DueWork.Key, at hub: String) {
        running[hub]?.remove(key)
        wake()
    }

    // MARK: A piece of work

    private func perform(_ work: DueWork, _ hub: Hub) async {
        do {
            if case .look(let secret) = work { return try await lookAfterHold(at: secret, hub) }
            guard let rotation = try await take(work) else { return }
            let isOpenedNow = if case .resume = work { false } else { true }
            try await run(rotation, isOpenedNow: isOpenedNow, hub)
            storageWatch.withLock { $0.noteWrite() }
        } catch let error as UndecodableRow {
            broken.insert(work.key)
            logger.error("a row can't be read: it is left alone", metadata: ["row": "\(error.row)"])
        } catch let error as UnexpectedEvent {
            broken.insert(work.key)
            logger.critical("defect: \(error)")
        } catch let error as StaleRotation {
            logger.critical("\(error): let go of it")
        } catch {
            pauseForStorage(error)
        }
    }

    /// Reads the rotation that is to go on, or opens the one that is due.
    private func take(_ work: DueWork) async throws -> Rotation? {
        switch work {
        case .resume(let id, _):
            return try await storage.rotation(id)
        case .request(let secret, let trigger):
            return try await claim(secret, trigger)
        case .slot(let secret, let dueAt):
            return try await claim(secret, dueAt < startedAt ? .catchUp : .schedule)
        case .look: return nil
        }
    }

    private func claim(_ secret: SecretName, _ trigger: Trigger) async throws -> Rotation? {
        let now = clock.now
        let id = RotationID(milliseconds: now.rawValue, random: random)
        return try await storage.claim(
            Claim(secret: secret, trigger: trigger, id: id, now: now, startedAt: startedAt)
        )
    }

    private func run(_ rotation: Rotation, isOpenedNow: Bool, _ hub: Hub) async throws {
        var logger = logger
        logger[metadataKey: "hub"] = "\(rotation.secret.hub)"
        logger[metadataKey: "alias"] = "\(rotation.secret.alias)"
        logger[metadataKey: "rotation"] = "\(rotation.id)"
        let generator = makeGenerator(rotation.generator)
        let refusedAt = try await storage.listsRefusedAt(rotation.secret.hub)
        let plan = RotationPlan(
            retry: configuration.retry,
            confirm: isConfirming(rotation, hub, refusedAt: refusedAt),
            steps: generator.steps,
            finishAfter: rotation.finishAfter,
            confirmTimeout: hub.confirmTimeout,
            lateHold: hub.lateHold
        )
        var run = RotationRun(
            rotation,
            .init(
                storage: storage,
                api: hub.api,
                clock: clock,
                random: random,
                plan: plan,
                generator: generator,
                trigger: rotation.openedAt < startedAt ? .resume : rotation.trigger,
                isOpenedNow: isOpenedNow,
                logger: logger,
                isStopping: { [self] in stopping.load(ordering: .sequentiallyConsistent) }
            )
        )
        if !isOpenedNow, try await !storage.isPolicyCurrent(rotation) { try await run.replaceIfUntouched() }
        let result = try await run.proceed()
        // Also before a failure that came after it: consecutive failures are counted from the last success.
        if run.isLetIn { proven.insert(rotation.secret.hub) }
        if run.hasListed && refusedAt != nil { try await storage.setListsRefused(rotation.secret.hub, at: nil) }
        if run.hasDelivered { try await recordSuccess(of: rotation, isListRefused: run.isListRefused) }
        if case .hub(let error) = result { try await recordFailure(error, about: rotation.secret) }
    }
}
