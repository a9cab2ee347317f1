import Logging
import SandboxHub

/// Serves a hub on a loopback port while a closure runs; the closure receives the port.
func withSandbox(_ hub: SandboxHub, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let logger = Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }
    let server = SandboxServer(hub: hub, port: 0, testHooks: false, logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            try await server.run { continuation.yield($0) }
        }
        group.addTask {
            for await port in ports { return try await body(port) }
        }
        defer { group.cancelAll() }
        try await group.next()
    }
}
