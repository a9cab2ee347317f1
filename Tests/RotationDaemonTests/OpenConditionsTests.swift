import ControlAPI
import Notifications
import RotationConfiguration
import RotationCore
import RotationEngine
import RotationStore
import SandboxHub
import Scheduling
import TestSupport
import Testing
import ValueGenerators

@testable import RotationDaemon

/// The conditions that people are told of, from a daemon's history.
@Suite(.timeLimit(.minutes(5)))
struct OpenConditionsTests {
    private static func read(_ files: DaemonFolder, now: Instant = SystemClock().now) throws -> OpenConditions {
        let history = try History(path: files.folder.file("rotator.db"), generators: BuiltInGenerators())
        defer { history.close() }
        return try OpenConditions(history, files.configuration(), now: now)
    }

    private static func problems(_ conditions: OpenConditions) -> [String] {
        conditions.all.values.sorted { $0.key < $1.key }.map { "\($0.kind.rawValue) \($0.problem) \($0.subject)" }
    }

    @Test func soundHistoryHasNone() async throws {
        try await withDaemonFolder { files, _ in
            try files.schedule("db_password", isDue: true)
            try await withRuntime(files) { _ in try await files.wait(for: "rotation.closed") }
            let conditions = try Self.read(files)
            #expect(Self.problems(conditions) == [] && conditions.nextOverdue == nil)
        }
    }

    @Test func failingSecretIsOneUntilItRotates() async throws {
        try await withDaemonFolder { files, hub in
            try files.schedule("missing", isDue: true)
            try await withRuntime(files) { runtime in
                try await files.wait(for: "rotation.failed")
                let conditions = try Self.read(files)
                #expect(Self.problems(conditions) == ["failing schedule_failing h/missing"])
                #expect(conditions.all.values.first?.since != nil)
                // Another failure does not change it.
                await runtime.rotateAll()
                try await files.wait(for: "rotation.failed", count: 2)
                #expect(try Self.problems(Self.read(files)) == ["failing schedule_failing h/missing"])
                hub.create("missing", value: "by hand")
                await runtime.rotateAll()
                try await files.wait(for: "rotation.succeeded")
            }
            #expect(try Self.problems(Self.read(files)) == [])
        }
    }

    @Test func suspendedHubIsOne() async throws {
        try await withDaemonFolder { files, _ in
            try files.folder.write("wrong\n", to: "token")
            try files.schedule("db_password", isDue: true)
            try await withRuntime(files) { _ in try await files.wait(for: "hub.suspended") }
            let conditions = try Self.read(files)
            #expect(Self.problems(conditions) == ["suspended hub_suspended hub h"])
            #expect(conditions.all.values.first?.text == "is suspended: unauthorized")
        }
    }

    @Test func valueIsOverdueFromItsExpiryOn() async throws {
        try await withDaemonFolder { files, _ in
            try files.schedule("db_password", isDue: true, maxAge: .seconds(7200))
            try await withRuntime(files) { _ in try await files.wait(for: "rotation.closed") }
            let fresh = try Self.read(files)
            let expiry = try #require(fresh.nextOverdue)
            #expect(expiry > SystemClock().now && Self.problems(fresh) == [])
            #expect(try Self.read(files, now: expiry.advanced(by: .milliseconds(-1))).nextOverdue == expiry)
            let late = try Self.read(files, now: expiry)
            #expect(Self.problems(late) == ["overdue schedule_overdue h/db_password"])
            let condition = try #require(late.all.values.first)
            #expect(condition.since == expiry && condition.occurrence == expiry.rfc3339)
            // Nothing more becomes overdue.
            #expect(late.nextOverdue == nil)
        }
    }

    @Test func whatOthersDoAtAHubIsOneUntilItsEnd() async throws {
        try await withDaemonFolder { files, hub in
            try files.schedule("db_password", isDue: true)
            try await withRuntime(files) { runtime async throws in
                try await files.wait(for: "rotation.closed")
                hub.change("db_password", by: "mallory")
                _ = try await runtime.gateway.findDrift("h", by: .daemon)
                let conditions = try Self.read(files)
                #expect(Self.problems(conditions) == ["drift secret_changed h/db_password"])
                let condition = try #require(conditions.all.values.first)
                #expect(condition.since != nil && condition.occurrence == condition.since?.rfc3339)
                await runtime.rotateAll()
                try await files.wait(for: "rotation.closed", count: 2)
                #expect(try Self.problems(Self.read(files)) == [])
                hub.delete("db_password", by: "mallory")
                _ = try await runtime.gateway.findDrift("h", by: .daemon)
                #expect(try Self.problems(Self.read(files)) == ["drift secret_missing h/db_password"])
            }
        }
    }

    /// A preflight sees an update that no rotation has made, and the rotation does not end.
    @Test func valueThatIsNotKnownIsOne() async throws {
        try await withDaemonFolder { files, hub in
            try files.schedule("db_password", isDue: true)
            try await withRuntime(files) { runtime async throws in
                try await files.wait(for: "rotation.closed")
                hub.change("db_password", by: "mallory")
                hub.inject([SandboxFault(.status(400), method: "PATCH", times: 1)])
                await runtime.rotateAll()
                try await files.wait(for: "rotation.closed", count: 2)
            }
            let problems = try Self.problems(Self.read(files))
            #expect(problems == ["drift value_unknown h/db_password", "failing schedule_failing h/db_password"])
        }
    }

    @Test func healthOfTheDatabaseIsOne() {
        let now = Instant(milliseconds: 5)
        var conditions = OpenConditions()
        conditions.add(
            DaemonHealth(
                storage: StorageHealth(problem: .failed, text: "disk full", since: now),
                copy: CopyHealth(text: "no room", since: now),
                stream: StreamHealth(text: "no one listens", since: now)
            )
        )
        #expect(
            Self.problems(conditions) == [
                "audit stream_receiver_away audit stream", "audit history_copy_failed history copy",
                "audit storage_failed storage",
            ]
        )
        #expect(conditions.all.values.allSatisfy { $0.since == now })
        var held = OpenConditions()
        held.add(DaemonHealth(storage: StorageHealth(problem: .behind, text: "older", since: now)))
        #expect(Self.problems(held) == ["held history_behind storage"])
    }

    @Test func whatAReceiverKnowsIsKept() async throws {
        try await TemporaryFolder.with { folder async throws in
            let condition = Condition(
                .drift,
                "secret_changed",
                subject: "h/\u{E4}",
                occurrence: "1",
                since: Instant(milliseconds: 7),
                text: "x"
            )
            let told = ToldConditions(database: folder.file("d"))
            #expect(told["a"].isEmpty)
            try told.record([condition], of: "a")
            try told.record([Condition](), of: "b")
            let again = ToldConditions(database: folder.file("d"))
            #expect(again["a"] == [condition] && again["b"].isEmpty)
            try folder.write("no json", to: "d.notifications")
            #expect(ToldConditions(database: folder.file("d"))["a"].isEmpty)
        }
    }
}
