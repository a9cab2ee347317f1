import Logging
package import SandboxHub

/// Serves a hub on a free loopback port while a closure runs.
package func withSandbox<T: Sendable>(
    _ hub: SandboxHub,
    _ body: @escaping @Sendable (_ port: Int) async throws -> T
) async throws -> T {
    let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
    let logger = Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }
    let server = SandboxServer(hub: hub, port: 0, testHooks: true, logger: logger)
    return try await withThrowingTaskGroup(of: T?.self) { group in
        group.addTask {
            try await server.run { continuation.yield($0) }
            return nil
        }
        group.addTask {
            for await port in ports { return try await body(port) }
            return nil
        }
        defer { group.cancelAll() }
        while let result = try await group.next() {
            if let result { return result }
        }
        throw NeverHappened(description: "the sandbox was served")
    }
}
