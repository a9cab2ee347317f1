import AIHubClient
import AuditLog
import RotationEngine
import RotationStore
import Scheduling
import Synchronization
import TestSupport
import Testing
import ValueGenerators

/// When the engine looks at files that other tools renew.
@Suite(.timeLimit(.minutes(5)))
struct SourceLookTests {
    /// Nothing happens for nothing: passes come and go without a look.
    @Test func engineLooksWhenItIsTimeOrToldToAndNotOtherwise() async throws {
        let looks = Mutex(0)
        let watch = SourceWatch(watch: { _ in looks.withLock { $0 += 1 } }, settle: {})
        try await EngineWorld.with(["a"], sourceWatch: watch) { world in
            func expect(_ count: Int, _ what: String) async throws {
                try await eventually("\(what)") { looks.withLock { $0 } == count }
                for _ in 0..<5 { try await world.untilLooked() }
                #expect(looks.withLock { $0 } == count, "\(what)")
            }
            try await expect(1, "the first look")
            let ledger = try Ledger(path: world.path, origin: EngineWorld.origin, mayMigrate: false)
            let definition = ScheduleDefinition(
                cadence: .onChange,
                generator: .file(try FilePolicy(paths: ["/nonexistent/file"]))
            )
            let secret = SecretName(hub: "h", alias: try #require(SecretAlias("filed")))
            try ledger.add(
                [Schedule(adding: definition, for: secret, now: world.clock.now)],
                actor: .daemon,
                now: world.clock.now
            )
            ledger.close()
            world.engine.noteSourceChange()
            try await expect(2, "a schedule was added")
            world.engine.noteSourceChange()
            try await expect(3, "a file has changed")
            world.clock.advance(by: .seconds(60))
            try await world.untilLooked()
            try await expect(4, "a minute has passed")
        }
    }
}
