import AIHubClient
import AuditLog
import RotationEngine
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

    static func with(_ body: (StoreFixture) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let fixture = try StoreFixture(folder: folder, key: EngineWorld.makeKey())
            do { try await body(fixture) } catch {
                await fixture.store.close()
                throw error
            }
            await fixture.store.close()
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
        return try RotationStore(path: path, key: key, origin: EngineWorld.origin, clock: clock, random: random)
    }

    /// The store as it is after a restart, with the same key or another one.
    func reopened(key: StagingKey? = nil) throws -> RotationStore {
        try Self.open(folder, key ?? self.key, clock, random)
    }

    /// The same database as a command opens it.
    func ledger() throws -> Ledger {
        try Ledger(path: folder.file("rotator.db"), origin: EngineWorld.origin, mayMigrate: false)
    }

    func name(_ alias: String = "a") throws -> SecretName {
        guard let alias = SecretAlias(alias) else { throw NeverHappened(description: "an alias") }
        return SecretName(hub: "h", alias: alias)
    }

    func claim(_ trigger: Trigger = .rotateNow) async throws -> Rotation? {
        let id = RotationID(milliseconds: clock.now.rawValue, random: random)
        return try await store.claim(Claim(secret: name(), trigger: trigger, id: id, now: clock.now))
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
        var rotation = rotation
        rotation.state = RotationState(phase: .succeeded(confirmed: true), tally: .init(), wakeAt: nil)
        let end = RotationChange.End(
            ending: .succeeded(confirmed: true),
            now: clock.now,
            retry: .standard,
            trigger: rotation.trigger
        )
        try await store.save(RotationChange(rotation: rotation, end: end))
        rotation.state = RotationState(phase: .closed, tally: .init(), wakeAt: nil)
        try await store.save(RotationChange(rotation: rotation))
    }
}
