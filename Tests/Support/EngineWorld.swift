import Logging
package import RotationCore
package import RotationEngine
package import RotationStore
import SQLite
package import Scheduling
import SecretMemory
import Synchronization
import ValueGenerators

/// An engine over a real database and a scripted hub, with a clock that a test moves.
package final class EngineWorld: Sendable {
    package let hub: ScriptedHub
    package let clock: ManualClock
    package let store: RotationStore
    package let engine: Engine
    package let alarm = RecordingAlarm()
    /// What a check of the fence does besides.
    package let fenceCheck = FenceCheck()
    /// The database.
    package let path: String
    /// Back-off short enough to read, long enough to tell its steps apart.
    package static let retry = RetryPolicy(
        base: .seconds(1),
        cap: .seconds(8),
        attempts: 3,
        cycleDelays: [.seconds(60), .seconds(600)]
    )

    private init(
        folder: TemporaryFolder,
        hub: ScriptedHub,
        moreHubs: Int,
        clock: ManualClock,
        key: StagingKey,
        makeGenerator: Engine.MakeGenerator?
    ) throws {
        var hubs = ["h": Engine.Hub(api: hub, maxInFlight: 4, confirm: true, timeout: .seconds(30))]
        for number in 0..<moreHubs { hubs["i\(number)"] = hubs["h"] }
        self.hub = hub
        self.clock = clock
        path = folder.file("rotator.db")
        let random = SeededRandom(seed: 7)
        let fenceCheck = fenceCheck
        store = try RotationStore(
            path: path,
            key: key,
            origin: Self.origin,
            clock: clock,
            random: random,
            generators: BuiltInGenerators(),
            checkLock: { () throws(FenceLost) in try fenceCheck.check() }
        )
        engine = Engine(
            configuration: .init(
                hubs: hubs,
                retry: Self.retry
            ),
            storage: store,
            clock: clock,
            random: random,
            makeGenerator: makeGenerator ?? { [random, clock] specification in
                specification.makeGenerator(random: random) { clock.now.rawValue }
            },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// What entries say of this process.
    package static let origin = AuditOrigin(host: "host", boot: nil, version: "test")

    /// A new staging key.
    package static func makeKey() throws -> StagingKey {
        let text = Array(StagingKey.makeFileText().utf8)
        return try text.withUnsafeBytes { try StagingKey(LockedBytes(copying: $0)) }
    }

    /// Makes a world whose schedules have a period of one hour.
    package static func with(
        _ aliases: String...,
        body: (EngineWorld) async throws -> Void
    ) async throws {
        try await with(aliases, body)
    }

    /// Makes a world whose schedules have a period of one hour.
    ///
    /// - Parameters:
    ///   - aliases: The schedules.
    ///   - moreHubs: How many hubs there are that have none.
    ///   - sourceWatch: Watches the folders of files.
    ///   - makeGenerator: Makes the generators; a specification's own if not given.
    ///   - body: What happens in it.
    package static func with(
        _ aliases: [String],
        moreHubs: Int = 0,
        sourceWatch: SourceWatch = .none,
        makeGenerator: Engine.MakeGenerator? = nil,
        _ body: (EngineWorld) async throws -> Void
    ) async throws {
        try await TemporaryFolder.with { folder in
            let clock = ManualClock()
            let hub = ScriptedHub()
            for alias in aliases { hub.add(alias) }
            let ledger = try Ledger(
                path: folder.file("rotator.db"),
                origin: origin,
                mayMigrate: true,
                generators: BuiltInGenerators()
            )
            try ledger.add(aliases.map { try schedule($0, now: clock.now) }, actor: .daemon, now: clock.now)
            ledger.close()
            let world = try EngineWorld(
                folder: folder,
                hub: hub,
                moreHubs: moreHubs,
                clock: clock,
                key: makeKey(),
                makeGenerator: makeGenerator
            )
            let running = Task { [alarm = world.alarm] in
                await world.engine.run(makeAlarm: { _ in alarm }, sourceWatch: sourceWatch)
            }
            do { try await body(world) } catch {
                await world.end(running)
                throw error
            }
            await world.end(running)
            try AuditSchema.check(world.path)
        }
    }

    private func end(_ running: Task<Void, Never>) async {
        engine.stop()
        await running.value
        await store.close()
    }

    /// A schedule of a password, every hour.
    package static func schedule(_ alias: String, now: Instant, every: Duration = .seconds(3600)) throws -> Schedule {
        guard let alias = SecretAlias(alias), let period = Cadence.Period(every) else {
            throw NeverHappened(description: "a schedule of \(alias)")
        }
        let definition = ScheduleDefinition(cadence: .every(period), generator: .password(try .init()))
        return Schedule(adding: definition, for: SecretName(hub: "h", alias: alias), now: now)
    }

    /// Asks for a rotation now.
    package func request(_ alias: String, fresh: Bool = false) throws {
        let ledger = try Ledger(path: path, origin: Self.origin, mayMigrate: false, generators: BuiltInGenerators())
        defer { ledger.close() }
        guard let name = SecretAlias(alias) else { throw NeverHappened(description: "an alias") }
        let request = RotationRequest(
            id: RotationID(milliseconds: clock.now.rawValue, random: SystemRandom()),
            secret: SecretName(hub: "h", alias: name),
            requestedAt: clock.now,
            trigger: .rotateNow,
            fresh: fresh
        )
        _ = try ledger.request([request], actor: .user(name: "tester", uid: 1000))
        engine.wake()
    }

    /// Returns once the engine has made a whole pass that began after the call.
    package func untilLooked() async throws {
        let begun = engine.progress.begun
        engine.wake()
        try await eventually("the engine has looked") { engine.progress.ended > begun }
    }

    /// Moves the clock to what the alarm was set to, and wakes the engine.
    package func ring() throws {
        guard let instant = alarm.instant else { throw NeverHappened(description: "an alarm was set") }
        clock.advance(by: max(.zero, clock.now.duration(to: instant)))
        engine.wake()
    }

    /// Reads the history.
    package func history<T>(_ read: (History) throws -> T) throws -> T {
        let history = try History(path: path, generators: BuiltInGenerators())
        defer { history.close() }
        return try read(history)
    }

    /// How many entries the audit log has with a word in them.
    package func entries(_ word: String) throws -> Int {
        let connection = try Connection(path: path, mode: .readOnly)
        defer { connection.close() }
        let count: Int? = try connection.first("SELECT count(*) FROM audit_log WHERE instr(line, ?1)", "\"\(word)\"") {
            row throws(SQLiteError) in try row.get(0)
        }
        return count ?? 0
    }
}

/// A part of a check of the fence that a test decides about.
package final class FenceCheck: Sendable {
    private let body = Mutex<@Sendable () throws(FenceLost) -> Void>({})

    /// From now on a check does this.
    package func set(_ body: @escaping @Sendable () throws(FenceLost) -> Void) {
        self.body.withLock { $0 = body }
    }

    func check() throws(FenceLost) { try body.withLock { $0 }() }
}

/// An alarm that only remembers what it was set to.
package final class RecordingAlarm: Alarm {
    private let state = Mutex<(instant: Instant?, count: Int)>((nil, 0))

    package init() {}

    package func set(_ instant: Instant?) {
        state.withLock { $0 = (instant, $0.count + 1) }
    }

    /// What it was last set to.
    package var instant: Instant? { state.withLock { $0.instant } }
    /// How often it was set.
    package var count: Int { state.withLock { $0.count } }
}

extension EngineWorld {
    /// Changes the database behind the engine's back.
    package func execute(_ sql: String) async throws {
        let connection = try Connection(path: path, mode: .readWrite)
        defer { connection.close() }
        try connection.execute(sql)
    }
}
