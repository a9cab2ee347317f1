import ControlAPI
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling
import TestSupport
import Testing
import TransparencyLog
import ValueGenerators

/// What one request may say and name, checked where the daemon and a command without one meet.
struct RequestLimitTests {
    private static let longest = String(repeating: "\u{E9}", count: 512)

    private struct Desk {
        var ledger: LedgerActor
        var clock = ManualClock()

        func name(_ alias: String) throws -> SecretName {
            SecretName(hub: "h", alias: try #require(SecretAlias(alias)))
        }

        func perform<Operation: LedgerOperation>(_ operation: Operation) async throws -> Operation.Answer {
            let context = OperationContext(
                caller: .current,
                now: clock.now,
                random: SystemRandom(),
                plan: { _ in RotationPlan(retry: .standard, confirm: false) },
                refusal: { _ in nil },
                auditKey: { try SignedNoteKey(name: "test") }
            )
            return try await operation.perform(on: ledger, context)
        }

        func expectRefusal<Operation: LedgerOperation>(
            _ operation: Operation,
            _ word: String,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async {
            let failure = await #expect(throws: ControlFailure.self, sourceLocation: sourceLocation) {
                try await perform(operation)
            }
            #expect(failure?.status == .usage, sourceLocation: sourceLocation)
            #expect(
                failure?.message.contains(word) == true,
                "\(failure?.message ?? "")",
                sourceLocation: sourceLocation
            )
        }
    }

    private func withDesk(_ body: (Desk) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder async throws in
            let path = folder.file("rotator.db")
            let desk = Desk(
                ledger: try LedgerActor(
                    path: path,
                    origin: EngineWorld.origin,
                    generators: BuiltInGenerators()
                )
            )
            let now = desk.clock.now
            let result: Result<Void, any Error>
            do {
                try await desk.ledger.withLedger {
                    try $0.add([EngineWorld.schedule("a", now: now)], actor: .daemon, now: now)
                }
                result = .success(try await body(desk))
            } catch { result = .failure(error) }
            await desk.ledger.close()
            try result.get()
        }
    }

    @Test func textOfAThousandBytesIsKeptAndALongerOneRefused() async throws {
        try await withDesk { desk async throws in
            let (good, long, a) = (Self.longest, Self.longest + "x", try desk.name("a"))
            let id = RotationID(milliseconds: 0, random: SystemRandom())
            await desk.expectRefusal(RequestRotations(.all, reason: long), "reason")
            await desk.expectRefusal(RequestRotations(.secrets([a]), ticket: long), "ticket")
            await desk.expectRefusal(PauseSchedules(secrets: [a], until: nil, reason: long), "reason")
            await desk.expectRefusal(
                AbandonRotation(rotation: id, decision: nil, replacesDecision: false, reason: long),
                "reason"
            )
            #expect(try await desk.perform(RequestRotations(.all, reason: good, ticket: good)).count == 1)
            _ = try await desk.perform(PauseSchedules(secrets: [a], until: nil, reason: good))
            let paused = try await desk.ledger.withLedger { try $0.history.schedule(of: a) }
            #expect(paused?.pause?.reason == good)
        }
    }

    @Test(arguments: ["description", "owner", "policy", "group"])
    func textOfAScheduleIsBounded(key: String) async throws {
        try await withDesk { desk async throws in
            let a = try desk.name("a")
            func definition(_ text: String) throws -> ScheduleDefinition {
                var definition = try EngineWorld.schedule("a", now: desk.clock.now).definition
                switch key {
                case "description": definition.description = text
                case "owner": definition.owner = text
                case "policy": definition.policy = text
                default: definition.group = .init(name: text, spacing: .zero)
                }
                return definition
            }
            func edit(_ text: String) -> ScheduleEdit {
                var edit = ScheduleEdit()
                switch key {
                case "description": edit.description = .set(text)
                case "owner": edit.owner = .set(text)
                case "policy": edit.policy = .set(text)
                default: edit.group = .set(text)
                }
                return edit
            }
            let (good, long) = (Self.longest, Self.longest + "x")
            await desk.expectRefusal(AddSchedules(secrets: [try desk.name("b")], definition: try definition(long)), key)
            await desk.expectRefusal(EditSchedules(secrets: [a], edit: edit(long)), key)
            let desired = [DesiredSchedule(secret: a, definition: try definition(long))]
            await desk.expectRefusal(ApplySchedules(desired, prune: false), "h/a: \(key)")
            #expect(try await desk.perform(EditSchedules(secrets: [a], edit: edit(good))).count == 1)
            _ = try await desk.perform(AddSchedules(secrets: [try desk.name("b")], definition: try definition(good)))
        }
    }

    @Test func secretNamedTwiceCountsOnce() async throws {
        try await withDesk { desk async throws in
            let (a, b) = (try desk.name("a"), try desk.name("b"))
            let definition = try EngineWorld.schedule("b", now: desk.clock.now).definition
            #expect(try await desk.perform(AddSchedules(secrets: [b, b], definition: definition)).map(\.secret) == [b])
            let many = Array(repeating: a, count: 20_000) + [b]
            #expect(try await desk.perform(RequestRotations(.secrets(many))).map(\.secret) == [a, b])
            _ = try await desk.perform(PauseSchedules(secrets: many, until: nil, reason: nil))
            #expect(try await desk.perform(ResumeSchedules(secrets: many)).map(\.secret) == [a, b])
            _ = try await desk.perform(RemoveSchedules(secrets: many))
            let isEmpty = try await desk.ledger.withLedger { try $0.history.schedules().isEmpty }
            #expect(isEmpty)
        }
    }

    @Test func tooManySecretsAreRefusedByName() async throws {
        try await withDesk { desk async throws in
            let names = try (0...10_000).map { try desk.name("n\($0)") }
            let definition = try EngineWorld.schedule("b", now: desk.clock.now).definition
            await desk.expectRefusal(RequestRotations(.secrets(names)), "10001 secrets")
            await desk.expectRefusal(AddSchedules(secrets: names, definition: definition), "10001 secrets")
            await desk.expectRefusal(EditSchedules(secrets: names, edit: ScheduleEdit()), "10001 secrets")
            await desk.expectRefusal(PauseSchedules(secrets: names, until: nil, reason: nil), "10001 secrets")
            await desk.expectRefusal(ResumeSchedules(secrets: names), "10001 secrets")
            await desk.expectRefusal(RemoveSchedules(secrets: names), "10001 secrets")
            let most = Array(names.dropFirst())
            #expect(try await desk.perform(AddSchedules(secrets: most, definition: definition)).count == 10_000)
            #expect(try await desk.perform(RequestRotations(.all)).count == 10_001)
        }
    }
}
