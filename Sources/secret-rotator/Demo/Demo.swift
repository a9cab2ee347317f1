import ArgumentParser
import Logging
import RotationDaemon
import RotationStore
import SandboxHub
import ServiceLifecycle
import UnixSignals

/// The demonstration: a real daemon and database, with the sandbox as its hub.
enum Demo {
    /// Runs the demonstration to its end, or until INT or TERM, and removes its folder.
    static func run() async throws {
        let folder = try DemoFolder()
        defer { folder.remove() }
        let hub = SandboxHub(token: DemoFolder.token, testHooks: true)
        let isDone = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { return false }
                return false
            }
            group.addTask {
                try await withSandbox(hub) { port in try await DemoStory(folder: folder, hub: hub, port: port).tell() }
                return true
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
        if !isDone { throw ExitCode(130) }
    }

    /// Runs the sandbox hub while a closure runs.
    private static func withSandbox(_ hub: SandboxHub, _ body: @escaping @Sendable (Int) async throws -> Void)
        async throws
    {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let logger = Logger(label: "sandbox") { _ in LineLogHandler(format: .text, level: .critical) }
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
}
