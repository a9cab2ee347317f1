import Logging
import RotationCore
import RotationEngine
import RotationStore
import Scheduling
import Synchronization
import TestSupport
import ValueGenerators

/// One life of the daemon: a store over the files, and an engine.
final class SimulatedDaemon: Sendable {
    /// Where it lives.
    struct Site: Sendable {
        var path: String
        var key: StagingKey
        var host: SimulatedHost
        var hubs: [String: SimulatedHub]
        var systems: SimulatedSystems
        var files: SimulatedFiles
        var surroundings: SimulatedHub.Surroundings
        var steps: StepExecutor
        var breakage: Breakage?
        var failedWrite: Simulation.WriteFault?
        var writes: Counter
    }

    let site: Site
    let process = Process()
    let store: RotationStore
    let engine: Engine
    let alarm = SimulatedAlarm()
    private let looked = Flag()
    private let lookedAt: Mutex<Duration>

    init(_ site: Site) throws {
        self.site = site
        lookedAt = Mutex(site.surroundings.time.uptime)
        let world = site.surroundings
        let process = process
        let commits = SimulatedCommits(path: site.path, process, world, breakage: site.breakage)
        store = try RotationStore(
            path: site.path,
            key: site.key,
            origin: site.host.origin,
            clock: world.time,
            random: world.dice,
            generators: BuiltInGenerators(),
            executor: StepActorExecutor(steps: site.steps),
            hooks: commits
        )
        world.judge.tookOver(process)
        let storage = SimulatedStorage(
            store,
            path: site.path,
            process,
            hubs: site.hubs,
            world,
            steps: site.steps,
            breakage: site.breakage,
            failedWrite: site.failedWrite,
            writes: site.writes
        )
        engine = Engine(
            configuration: .init(hubs: Self.hubs(site, process), retry: Self.retry),
            storage: storage,
            clock: world.time,
            random: world.dice,
            makeGenerator: Self.makeGenerator(site, process),
            logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
        )
        Task(executorPreference: site.steps) { [engine, alarm] in await engine.run { _ in alarm } }
    }

    private static let retry = RetryPolicy(
        base: .seconds(1),
        cap: .seconds(60),
        attempts: 4,
        cycleDelays: [.seconds(300), .seconds(900), .seconds(3600)]
    )

    /// The policy of a rotation, for what is decided outside the engine.
    static func plan(of rotation: Rotation) -> RotationPlan {
        RotationPlan(
            retry: retry,
            confirm: true,
            steps: SimulatedGenerator.steps(of: rotation.generator),
            finishAfter: rotation.finishAfter,
            lateHold: SimulatedHub.lateHold
        )
    }

    private static func hubs(_ site: Site, _ process: Process) -> [String: Engine.Hub] {
        site.hubs.mapValues { hub in
            let client = SimulatedClient(hub, process, site.surroundings)
            let confirms = site.breakage != .believesSuccess
            return Engine.Hub(
                api: client,
                maxInFlight: 4,
                confirm: confirms,
                timeout: hub.timeout,
                lateHold: SimulatedHub.lateHold
            )
        }
    }

    private static func makeGenerator(_ site: Site, _ process: Process) -> Engine.MakeGenerator {
        { specification in
            let world = site.surroundings
            if let policy = specification.policy as? FilePolicy {
                let name = SimulatedFiles.name(of: policy)
                return SimulatedFileGenerator(name: name, files: site.files, process: process, world: world)
            }
            let base = specification.makeGenerator(random: world.dice) { world.time.now.rawValue }
            var steps = SimulatedGenerator.steps(of: specification)
            guard !steps.isEmpty else { return base }
            if site.breakage == .skipsInstall { steps = [.finish] }
            return SimulatedGenerator(
                steps: steps,
                base: base,
                systems: site.systems,
                hubs: site.hubs,
                process: process,
                world: world
            )
        }
    }

    /// Whether the look every minute was taken since something last happened.
    var hasLooked: Bool {
        get { looked.isSet }
        set { looked.isSet = newValue }
    }

    /// Has it look where its alarm is due, a minute has passed, or by chance: a person or a signal may come at any time.
    func lookIfDue() {
        let (world, uptime) = (site.surroundings, site.surroundings.time.uptime)
        let isDue = alarm.instant.map { $0 <= world.time.now } ?? false
        guard isDue || uptime - lookedAt.withLock({ $0 }) >= .seconds(60) || world.dice.once(in: 16) else { return }
        lookedAt.withLock { $0 = uptime }
        engine.wake()
    }

    /// What a daemon does at its start, before the engine runs.
    func adjustForClockAtStart() async throws {
        try await store.resumeParked(plan: Self.plan)
        await signHead()
        // It reads the whole log, to find nothing.
        guard site.surroundings.time.wasSetBack else { return }
        let now = site.surroundings.time.now
        guard let last = try await store.latestEntryTime(), last.duration(to: now) < .zero - ClockWatch.tolerance else {
            return
        }
        try await store.adjustForClockStep(
            last.duration(to: now),
            now: now,
            farthest: Self.retry.longestWait,
            longestHolds: site.hubs.mapValues {
                LateHold.longest(timeout: $0.timeout, lateHold: SimulatedHub.lateHold)
            }
        )
    }

    /// Ends it, as death would: what it still tries has no effect.
    func end(_ steps: StepExecutor) {
        process.die()
        engine.stop()
        for _ in 0..<10_000 {
            _ = steps.drain()
            guard let next = site.surroundings.time.untilNext, next < .seconds(3600) else { break }
            // Whoever waits for an answer must come back to find that it is dead.
            site.surroundings.time.advance(by: next)
        }
    }
}

/// A count that a single thread changes.
final class Counter: Sendable {
    private let state = Mutex(0)

    var value: Int { state.withLock { $0 } }

    /// Counts one more.
    func next() -> Int {
        state.withLock { count in
            count += 1
            return count
        }
    }
}

/// A truth value that a single thread changes.
final class Flag: Sendable {
    private let state = Mutex(false)

    var isSet: Bool {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}
