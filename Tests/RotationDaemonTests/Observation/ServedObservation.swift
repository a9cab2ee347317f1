import Reporting
import RotationConfiguration
import RotationCore
import Scheduling
import Synchronization
import TestSupport

@testable import RotationDaemon

/// A listener with a made-up daemon behind it, and Python as its caller.
struct ServedObservation {
    /// What the listener is told of the daemon.
    final class State: Sendable {
        let obstacle = Mutex<String?>(nil)
        let isAlive = Mutex(true)
        let problems = Mutex<[ProblemNote]>([])
        /// How often it was observed.
        let observed = Mutex(0)
        let changes = CommitStream(position: 0, capacity: 1)
    }

    let state: State
    /// The port or path, as the callers' programs read it.
    let place: String

    /// What the callers' programs have in common: `ask` answers a status, the fields in lower case, and the body.
    private static let prelude = """
        import socket, sys
        place = sys.stdin.readline().strip()
        port = place
        def connect():
            family = socket.AF_UNIX if place.startswith('/') else socket.AF_INET
            caller = socket.socket(family)
            caller.settimeout(60)
            caller.connect(place if family == socket.AF_UNIX else ('127.0.0.1', int(place)))
            return caller
        def ask(line='GET /metrics', host=None, *fields, caller=None, body=''):
            caller = caller or connect()
            host = f'127.0.0.1:{port}' if host is None else host
            head = [f'{line} HTTP/1.1'] + ([f'Host: {host}'] if host else []) + list(fields) + ['Connection: close']
            caller.sendall(('\\r\\n'.join(head) + '\\r\\n\\r\\n' + body).encode())
            answer = b''
            try:
                while part := caller.recv(65536): answer += part
            except ConnectionResetError: pass
            head, _, body = answer.decode().partition('\\r\\n\\r\\n')
            lines = head.split('\\r\\n')
            fields = dict((l.split(': ', 1)[0].lower(), l.split(': ', 1)[1]) for l in lines[1:])
            return lines[0].split()[1] if lines[0] else 'closed', fields, body

        """

    /// Serves on a port of 127.0.0.1, or on a Unix socket in a folder.
    static func with(
        socket: String? = nil,
        _ body: (ServedObservation) async throws -> Void
    ) async throws {
        let port = try await offPool {
            try Python.run(
                "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])",
                lines: []
            )
        }
        let place = socket ?? port.first ?? ""
        guard let address = Configuration.ListenAddress(socket.map { "unix:\($0)" } ?? "127.0.0.1:\(place)") else {
            throw NeverHappened(description: "an address")
        }
        let state = State()
        // Long, as a busy machine must not look like a silent caller.
        let server = ObservationServer(address: address, environment: environment(state), idle: .seconds(20))
        let (ready, continuation) = AsyncStream.makeStream(of: Void.self)
        let serving = Task { try await server.run { continuation.finish() } }
        for await _ in ready {}
        let result: Result<Void, any Error>
        do { result = .success(try await body(ServedObservation(state: state, place: place))) } catch {
            result = .failure(error)
        }
        serving.cancel()
        _ = await serving.result
        try result.get()
    }

    private static func environment(_ state: State) -> ObservationServer.Environment {
        .init(
            observe: {
                let now = Instant(milliseconds: 1_764_169_200_000)
                var observation = Observation(at: now, startedAt: now, host: "ops1", version: "1")
                observation.hubs = ["h"]
                observation.problems = state.problems.withLock { $0 }
                state.observed.withLock { $0 += 1 }
                return observation
            },
            changes: state.changes,
            isAlive: { state.isAlive.withLock { $0 } },
            obstacle: { state.obstacle.withLock { $0 } },
            logger: silent
        )
    }

    /// Runs a program of the caller's, and answers the lines that it prints.
    func run(_ program: String) async throws -> [String] {
        try await offPool { [place] in try Python.run(Self.prelude + program, lines: [place, ""]) }
    }
}
