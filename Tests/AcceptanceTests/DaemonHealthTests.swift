import ControlAPI
import Foundation
import Glibc
import Logging
import RotationCore
import RotationDaemon
import RotationStore
import SandboxHub
import Scheduling
import SystemPackage
import TestSupport
import Testing
import ValueGenerators

/// A daemon whose own parts do not work: what works goes on, and `status` says so.
@Suite(.timeLimit(.minutes(5)))
struct DaemonHealthTests {
    /// What a pipe holds unless it is told otherwise, pipe(7).
    private static let pipeSize = 65_536

    /// The bytes that wait in a pipe.
    private static func waiting(_ pipe: FileDescriptor) throws -> Int {
        var count: Int32 = 0
        try #require(ioctl(pipe.rawValue, UInt(FIONREAD), &count) == 0)
        return Int(count)
    }

    /// Standard error on a pipe that nobody reads: rotations go on, `status` says what is missing, and TERM ends it.
    @Test func unreadLogStopsNothing() async throws {
        let secrets = (0..<800).map { "s\($0)" }
        try await World.with(hub: "rate_limit: 10000/s, max_in_flight: 16") { world in
            for secret in secrets { world.hub.create(secret, value: "old") }
            let entries = secrets.map { "  - {secret: \($0), every: 30d, generator: token}\n" }.joined()
            let applied = try await world.run(["schedule", "apply", "-f", "-"], input: "schedules:\n" + entries)
            #expect(applied.status == 0)
            let pipe = try FileDescriptor.pipe()
            defer { try? pipe.readEnd.close() }
            let status = try await world.withDaemon(writingTo: pipe.writeEnd) { daemon in
                try await world.expect(0, "rotate-now", "--all")
                let succeeded = "SELECT count(*) FROM rotations WHERE outcome = 'succeeded'"
                try await eventually("all succeed", within: .seconds(180)) {
                    try await Oracle.sqlite(world.folder.file("rotator.db"), succeeded) == "\(secrets.count)"
                }
                // A line that does not fit is not begun.
                #expect(try Self.waiting(pipe.readEnd) > Self.pipeSize - 4096)
                try await world.expect(0, "rotate-now", "s0", "--wait")
                let said = try await world.run("status", "--json")
                #expect(said.status == 1)
                let report = try #require(said.objects.first)
                #expect(report["daemon"] as? String == "ready")
                // At debug level each rotation writes more than six lines; so many the queue can't hold.
                let dropped = try #require(report["log_lines_dropped"] as? Int)
                #expect(dropped > 0)
                let problems = report["problems"] as? [[String: Any]] ?? []
                let problem = try #require(problems.first { $0["kind"] as? String == "log_blocked" })
                #expect(problem["since"] is String)
                #expect((problem["text"] as? String)?.contains("\(dropped) lines were dropped") == true)
                #expect((problem["advice"] as? String)?.contains("/proc/\(daemon.pid)/fd/2") == true)
            }
            #expect(status == 0)
            let doubled = secrets.dropFirst().filter { world.patches($0).count != 1 }
            #expect(doubled.isEmpty)
        }
    }

    /// Nor does it keep a daemon from ending that can't start.
    @Test func unreadLogDoesNotHoldADaemonThatCannotStart() async throws {
        try await World.with { world in
            let pipe = try FileDescriptor.pipe()
            defer { try? pipe.readEnd.close() }
            let full = try pipe.writeEnd.duplicate()
            // Full before the daemon begins.
            try full.writeAll([UInt8](repeating: 0x20, count: Self.pipeSize))
            try full.close()
            try world.folder.write("junk\n", to: "staging.key")
            let status = try await world.endedDaemon(writingTo: pipe.writeEnd)
            #expect(status == 78)
        }
    }

    /// A daemon that answers and does not rotate: exit status 1, since when, and what to do.
    @Test func engineThatDoesNotMoveIsAProblem() async throws {
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            let since = SystemClock().now.advanced(by: .seconds(-300))
            try await Self.serve(.init(engine: .init(idleMilliseconds: 300_000, stuckSince: since)), world) {
                let said = try await world.run("status", "--json")
                #expect(said.status == 1)
                let report = try #require(said.objects.first)
                #expect(report["daemon"] as? String == "ready")
                #expect(report["engine_idle_ms"] as? Int == 300_000)
                let problems = report["problems"] as? [[String: Any]] ?? []
                #expect(problems.compactMap { $0["kind"] as? String } == ["engine_stalled"])
                #expect(problems.first?["since"] as? String == since.rfc3339)
                #expect((problems.first?["advice"] as? String)?.contains("systemctl restart") == true)
            }
            try await Self.serve(.init(), world) { try await world.expect(0, "status") }
            try await Self.serve(.init(clockHeldSince: since), world) {
                let said = try await world.run("status", "--json")
                #expect(said.status == 1)
                let problems = said.objects.first?["problems"] as? [[String: Any]] ?? []
                #expect(problems.compactMap { $0["kind"] as? String } == ["clock_unsynchronised"])
                #expect(problems.first?["since"] as? String == since.rfc3339)
                #expect((problems.first?["advice"] as? String)?.contains("timedatectl") == true)
            }
        }
    }

    /// Answers at a world's control socket, as a daemon would, while a closure runs.
    private static func serve(
        _ health: DaemonHealth,
        _ world: World,
        _ body: @Sendable () async throws -> Void
    ) async throws {
        let database = world.folder.file("rotator.db")
        let lock = try DaemonLock(database: database, role: .ready)
        let ledger = try LedgerActor(path: database, origin: Host.origin(), generators: BuiltInGenerators())
        let gateway = HubGateway(queue: ledger, names: { [] }, find: { _ in nil }, clock: SystemClock())
        let server = ControlServer(
            path: world.folder.file("control.sock"),
            environment: .init(
                queue: ledger,
                gateway: gateway,
                roles: { Roles() },
                plan: { _ in RotationPlan(retry: .standard, confirm: true) },
                refusal: { _ in nil },
                auditKey: { throw CancellationError() },
                generators: BuiltInGenerators(),
                check: GeneratorCheck { $0.makeGenerator(random: SystemRandom()) { 0 } },
                changed: {},
                health: { health },
                clock: SystemClock(),
                random: SystemRandom(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        let (ready, continuation) = AsyncStream.makeStream(of: Void.self)
        let serving = Task { try await server.run { continuation.finish() } }
        for await _ in ready {}
        try await body()
        serving.cancel()
        _ = await serving.result
        await ledger.close()
        withExtendedLifetime(lock) {}
    }
}
