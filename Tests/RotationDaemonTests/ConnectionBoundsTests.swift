import ControlAPI
import Glibc
import Logging
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling
import TestSupport
import Testing
import ValueGenerators

/// How many connections the control socket has, and for how long.
@Suite(.timeLimit(.minutes(5)))
struct ConnectionBoundsTests {
    /// What the callers, which are Python's, have in common.
    private static let prelude = """
        import os, socket, sys
        path = sys.stdin.readline().strip()
        def connect():
            caller = socket.socket(socket.AF_UNIX)
            caller.settimeout(60)
            caller.connect(path)
            return caller
        def ask(caller, place='ping', body=b'{}'):
            head = f'POST /v1/{place} HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n'
            send(caller, head.encode() + body)
            return status(caller)
        def send(caller, bytes):
            try: caller.sendall(bytes)
            except OSError: pass
        def status(caller):
            try: return caller.recv(65536).split()[1].decode()
            except (OSError, IndexError): return 'closed'
        def end(caller):
            try:
                while caller.recv(65536): pass
            except ConnectionResetError: pass
            return 'closed'

        """

    private func withServer(_ bounds: ConnectionBounds, _ body: (String) async throws -> Void) async throws {
        try await TemporaryFolder.with { folder async throws in
            let (path, clock) = (folder.file("control.sock"), ManualClock())
            let ledger = try LedgerActor(
                path: folder.file("rotator.db"),
                origin: EngineWorld.origin,
                generators: BuiltInGenerators()
            )
            let server = ControlServer(
                path: path,
                environment: .init(
                    queue: ledger,
                    gateway: HubGateway(queue: ledger, names: { [] }, find: { _ in nil }, clock: clock),
                    roles: { Roles() },
                    plan: { _ in RotationPlan(retry: .standard, confirm: true) },
                    refusal: { _ in nil },
                    auditKey: { throw CancellationError() },
                    generators: BuiltInGenerators(),
                    check: GeneratorCheck { $0.makeGenerator(random: SystemRandom()) { 0 } },
                    changed: {},
                    health: { DaemonHealth() },
                    clock: clock,
                    random: SystemRandom(),
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                ),
                bounds: bounds
            )
            let (ready, continuation) = AsyncStream.makeStream(of: Void.self)
            let serving = Task { try await server.run { continuation.finish() } }
            for await _ in ready {}
            chmod(path, 0o666)
            chmod(folder.path, 0o755)
            let result: Result<Void, any Error>
            do { result = .success(try await body(path)) } catch { result = .failure(error) }
            serving.cancel()
            _ = await serving.result
            await ledger.close()
            try result.get()
        }
    }

    private func run(_ program: String, _ path: String) async throws -> [String] {
        try await offPool { try Python.run(Self.prelude + program, lines: [path, ""]) }
    }

    /// The fourth of one user is refused with an answer; one that ends makes room.
    @Test func oneUserHasItsShare() async throws {
        try await withServer(.init(total: 10, perUser: 3, idle: .seconds(60))) { path in
            let said = try await run(
                """
                held = [connect() for _ in range(3)]
                print(*[ask(caller) for caller in held])
                more = connect()
                print(status(more), end(more))
                held.pop().close()
                answer = '503'
                while answer != '200': answer = ask(connect())
                print(answer)
                print(*[ask(caller) for caller in held])
                """,
                path
            )
            #expect(said == ["200 200 200", "503 closed", "200", "200 200"])
        }
    }

    @Test(.enabled(if: getuid() == 0, "needs root, to become other users"))
    func allUsersTogetherHaveABound() async throws {
        try await withServer(.init(total: 5, perUser: 3, idle: .seconds(60))) { path in
            let said = try await run(
                """
                held = [connect()]
                print(ask(held[0]))
                os.seteuid(61001)
                held += [connect() for _ in range(3)]
                print(*[ask(caller) for caller in held[1:]])
                os.seteuid(0)
                os.seteuid(61002)
                held += [connect()]
                print(ask(held[4]))
                print(status(connect()))
                # Whatever others do, root gets in.
                os.seteuid(0)
                print(ask(connect()))
                """,
                path
            )
            #expect(said == ["200", "200 200 200", "200", "503", "200"])
        }
    }

    /// A command says why.
    @Test func commandThatIsRefusedIsToldWhy() async throws {
        try await withServer(.init(perUser: 0)) { path in
            let failure = await #expect(throws: ControlFailure.self) {
                try await ControlClient(path: path).send(Ping())
            }
            #expect(failure?.status == .unavailable)
        }
    }

    /// Nothing, half a head, half a body, and silence after an answer.
    @Test func idleConnectionIsClosed() async throws {
        try await withServer(.init(idle: .seconds(2))) { path in
            let said = try await run(
                """
                answered = connect()
                answer = ask(answered)
                nothing, half, body = [connect() for _ in range(3)]
                send(half, b'POST /v1/ping HTTP/1.1\\r\\nHost')
                send(body, b'POST /v1/ping HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 2\\r\\n\\r\\n{')
                print(answer, end(nothing), end(half), end(answered), end(body))
                """,
                path
            )
            #expect(said == ["200 closed closed closed closed"])
        }
    }
}
