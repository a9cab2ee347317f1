import RotationCore
import RotationEngine
import RotationStore
import Scheduling
import SecretMemory
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
            let ledger = try Ledger(
                path: world.path,
                origin: EngineWorld.origin,
                mayMigrate: false,
                generators: BuiltInGenerators()
            )
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

    /// A certificate expires without a change of its file: it is read again each hour, and what is found is told.
    @Test func contentThatIsNotValidAnyMoreIsFoundWithoutAChange() async throws {
        let problem = Mutex<String?>(nil)
        let make: Engine.MakeGenerator = { _ in ExpiringSource { problem.withLock { $0 } } }
        try await EngineWorld.with([], makeGenerator: make) { world in
            let definition = ScheduleDefinition(
                cadence: .onChange,
                generator: .file(try FilePolicy(paths: ["/nonexistent/file"]))
            )
            let secret = SecretName(hub: "h", alias: try #require(SecretAlias("filed")))
            let ledger = try Ledger(
                path: world.path,
                origin: EngineWorld.origin,
                mayMigrate: false,
                generators: BuiltInGenerators()
            )
            defer { ledger.close() }
            try ledger.add(
                [Schedule(adding: definition, for: secret, now: world.clock.now)],
                actor: .daemon,
                now: world.clock.now
            )
            let found = { try ledger.history.sourceProblems()[secret]?.text }
            world.engine.noteSourceChange()
            try await eventually("it is adopted") {
                try ledger.history.schedule(of: secret)?.adoption.fingerprint != nil
            }
            problem.withLock { $0 = "its certificate has expired" }
            world.clock.advance(by: .seconds(1800))
            try await world.untilLooked()
            #expect(try found() == nil)
            world.clock.advance(by: .seconds(1800))
            world.engine.wake()
            try await eventually("it is told") { try found() == "its certificate has expired" }
            // Nothing is delivered for it, and nothing fails.
            #expect(try ledger.history.schedule(of: secret)?.failures == 0)
            problem.withLock { $0 = nil }
            world.clock.advance(by: .seconds(60))
            world.engine.wake()
            try await eventually("it is over") { try found() == nil }
            #expect(world.hub.sentCount("filed") == 0)
        }
    }
}

/// A source whose content stays the same and may become invalid.
private struct ExpiringSource: WatchedGenerator {
    let problem: @Sendable () -> String?

    func folders() async -> Set<String> { [] }
    func signature() async -> SourceSignature { SourceSignature([[1]]) }

    func view() async -> SourceView {
        let value = Array("content".utf8).withUnsafeBytes { try? SecretValue(LockedBytes(copying: $0)) }
        return SourceView(value: value, problem: problem())
    }

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        throw .permanent(reason: "never asked")
    }
}
