import Foundation
import RotationCore
import RotationStore
import SQLite
import Scheduling
import SecretMemory
import TestSupport
import ValueGenerators

/// A store in a folder of its own, with one schedule, `h/a`.
struct StoreFixture {
    let folder: TemporaryFolder
    let clock = ManualClock()
    let random = SeededRandom(seed: 3)
    let key: StagingKey
    let store: RotationStore

    /// - Parameter isTampered: Whether lines of the log are not what the schema says, in the end.
    static func with(isTampered: Bool = false, _ body: (StoreFixture) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let fixture = try StoreFixture(folder: folder, key: EngineWorld.makeKey())
            do { try await body(fixture) } catch {
                await fixture.store.close()
                throw error
            }
            await fixture.store.close()
            if !isTampered { try AuditSchema.check(folder.file("rotator.db")) }
        }
    }

    private init(folder: TemporaryFolder, key: StagingKey) throws {
        self.folder = folder
        self.key = key
        store = try Self.open(folder, key, clock, random)
        let ledger = try ledger()
        try ledger.add([EngineWorld.schedule("a", now: clock.now)], actor: .daemon, now: clock.now)
        ledger.close()
    }

    private static func open(
        _ folder: TemporaryFolder,
        _ key: StagingKey,
        _ clock: ManualClock,
        _ random: SeededRandom
    ) throws -> RotationStore {
        let path = folder.file("rotator.db")
        return try RotationStore(
            path: path,
            key: key,
            origin: EngineWorld.origin,
            clock: clock,
            random: random,
            generators: BuiltInGenerators()
        )
    }

    /// The store as it is after a restart, with the same key or another one.
    func reopened(key: StagingKey? = nil) throws -> RotationStore {
        try Self.open(folder, key ?? self.key, clock, random)
    }

    /// The same database as a command opens it.
    func ledger() throws -> Ledger {
        try Ledger(
            path: folder.file("rotator.db"),
            origin: EngineWorld.origin,
            mayMigrate: false,
            generators: BuiltInGenerators()
        )
    }

    /// The same database as a reading command opens it.
    func history() throws -> History {
        try History(path: folder.file("rotator.db"), generators: BuiltInGenerators())
    }

    func name(_ alias: String = "a") throws -> SecretName {
        guard let alias = SecretAlias(alias) else { throw NeverHappened(description: "an alias") }
        return SecretName(hub: "h", alias: alias)
    }

    func claim(
        _ trigger: Trigger = .rotateNow,
        alias: String = "a",
        startedAt: Instant = .distantPast
    ) async throws -> Rotation? {
        let id = RotationID(milliseconds: clock.now.rawValue, random: random)
        let claim = Claim(secret: try name(alias), trigger: trigger, id: id, now: clock.now, startedAt: startedAt)
        return try await store.claim(claim)
    }

    /// Adds a schedule of one hour's period, changed by a closure.
    func add(_ alias: String, _ change: (inout ScheduleDefinition) throws -> Void) throws {
        var definition = try EngineWorld.schedule(alias, now: clock.now).definition
        try change(&definition)
        let ledger = try ledger()
        defer { ledger.close() }
        try ledger.add([Schedule(adding: definition, for: name(alias), now: clock.now)], actor: .daemon, now: clock.now)
    }

    /// Adds a schedule of a file, which rotates when that changes.
    func addWatched(_ alias: String) throws -> SecretName {
        let generator = GeneratorSpecification.file(try FilePolicy(paths: ["/f/\(alias)"]))
        let definition = ScheduleDefinition(cadence: .onChange, generator: generator)
        let secret = try name(alias)
        let ledger = try ledger()
        defer { ledger.close() }
        try ledger.add([Schedule(adding: definition, for: secret, now: clock.now)], actor: .daemon, now: clock.now)
        return secret
    }

    /// The details of the audit log's entries of an event.
    func details(_ event: String) throws -> [JSONValue] {
        let ledger = try ledger()
        defer { ledger.close() }
        var lines: [JSONValue] = []
        try ledger.history.auditLines { line in
            guard line.contains("\"event\":\"\(event)\""),
                case .object(let fields) = try? JSONDecoder().decode(JSONValue.self, from: Data(line.utf8))
            else { return }
            lines += fields["detail"].map { [$0] } ?? []
        }
        return lines
    }

    /// A rotation that was just opened.
    func opened() async throws -> Rotation {
        guard let rotation = try await claim() else { throw NeverHappened(description: "a claim") }
        return rotation
    }

    static func value(_ text: String) throws -> GeneratedValue {
        var text = text
        return try text.withUTF8 {
            try GeneratedValue(value: SecretValue(LockedBytes(copying: UnsafeRawBufferPointer($0))))
        }
    }

    static func isSame(_ left: GeneratedValue?, _ right: GeneratedValue) -> Bool {
        let bytes = { (made: GeneratedValue) in made.value.withUTF8 { Array($0) } }
        return left.map { bytes($0) == bytes(right) } ?? false
    }
}

extension StoreFixture {
    /// Changes the database behind the store's back.
    func execute(_ sql: String, database: String = "rotator.db") throws {
        let connection = try Connection(path: folder.file(database), mode: .readWrite)
        defer { connection.close() }
        try connection.execute(sql)
    }

    /// Ends and closes a rotation as a success.
    func end(_ rotation: Rotation) async throws {
        let moved = (rotation.state.evidence.seen.last ?? 0) + 1
        let first: [RotationEvent] = rotation.state.phase == .claimed ? [.generated, .staged] : []
        let events: [RotationEvent] = [
            .listed(updatedAt: moved), .attemptStarted,
            .attemptEnded(.delivered(Receipt(status: 200, requestID: nil))), .listed(updatedAt: moved + 1), .erased,
        ]
        try await advance(rotation, first + events)
    }

    /// Makes events of a rotation durable, now.
    @discardableResult
    func advance(
        _ rotation: Rotation,
        _ events: [RotationEvent],
        steps: Set<GeneratorStep> = []
    ) async throws -> Rotation {
        try await store.advance(
            RotationAdvance(
                of: rotation,
                seen: rotation.state,
                events.map { .init($0, at: clock.now) },
                plan: RotationPlan(retry: .standard, confirm: true, steps: steps),
                trigger: rotation.trigger
            )
        )
    }
}

extension RotationStore {
    /// Writes where a rotation stands, whatever is stored.
    ///
    /// - Parameter ending: How it ended, where that becomes known with it.
    func put(_ rotation: Rotation, attempt: Attempt? = nil, ending: Ending? = nil) throws {
        try withLedger { ledger in
            _ = try ledger.decide(about: rotation.secret) { _ in
                var transition = Transition()
                transition.rotation = .advanced(rotation, at: rotation.openedAt, ending: ending)
                transition.attempt = attempt
                return transition
            }
        }
    }
}
