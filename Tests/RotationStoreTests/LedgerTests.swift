import RotationCore
import RotationStore
import SQLite
import Scheduling
import TestSupport
import Testing
import ValueGenerators

struct LedgerTests {
    @Test func schedulesAreAddedAllOrNone() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            let now = fixture.clock.now
            let schedules = try ["b", "a"].map { try EngineWorld.schedule($0, now: now) }
            #expect(throws: Ledger.Refusal.scheduleExists(try fixture.name())) {
                try ledger.add(schedules, actor: .daemon, now: now)
            }
            #expect(try ledger.history.schedules().map(\.secret) == [fixture.name()])
        }
    }

    @Test func scheduleIsReadBackAsItWasWritten() async throws {
        try await StoreFixture.with { fixture async throws in
            let now = fixture.clock.now
            let plain = try EngineWorld.schedule("full", now: now)
            let definition = ScheduleDefinition(
                cadence: plain.definition.cadence,
                generator: .uuid(.v7),
                minInterval: .seconds(5),
                access: .only(["billing", "ops"]),
                description: "D",
                finishAfter: .seconds(60),
                owner: "o",
                policy: "p"
            )
            let full = Schedule(adding: definition, for: plain.secret, now: now)
            let ledger = try fixture.ledger()
            try ledger.add([full], actor: .daemon, now: now)
            #expect(try ledger.history.schedule(of: full.secret) == full)
        }
    }

    @Test func commandDoesNotCreateTheDatabaseWithoutTheLock() async throws {
        try await TemporaryFolder.with { folder async throws in
            #expect(throws: SQLiteError.self) {
                try Ledger(
                    path: folder.file("none.db"),
                    origin: EngineWorld.origin,
                    mayMigrate: false,
                    generators: BuiltInGenerators()
                )
            }
            #expect(try folder.contents().isEmpty)
        }
    }

    @Test func dueWorkIsOrderedAndLimited() async throws {
        try await StoreFixture.with { fixture async throws in
            let ledger = try fixture.ledger()
            let names = ["b", "c", "d"]
            for name in names {
                fixture.clock.advance(by: .seconds(1))
                try ledger.add(
                    [EngineWorld.schedule(name, now: fixture.clock.now)],
                    actor: .daemon,
                    now: fixture.clock.now
                )
            }
            fixture.clock.advance(by: .seconds(7200))
            let work = try fixture.store.dueWork(hub: "h", now: fixture.clock.now, limit: 3)
            let secrets = work.map { item -> String in
                if case .slot(let secret, _) = item { secret.alias.text } else { "" }
            }
            #expect(secrets == ["a", "b", "c"])
        }
    }
}
