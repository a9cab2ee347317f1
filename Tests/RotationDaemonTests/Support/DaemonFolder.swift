import ControlAPI
import Foundation
import Logging
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationEngine
import RotationStore
import SandboxHub
import Scheduling
import TestSupport
import Testing
import ValueGenerators

/// A daemon's files in a temporary folder, and a look at what it has done.
struct DaemonFolder {
    let folder: TemporaryFolder
    /// The sandbox's port.
    let port: Int

    /// Writes token, key and configuration for a sandbox on a port.
    init(_ folder: TemporaryFolder, port: Int) throws {
        self.folder = folder
        self.port = port
        try folder.write("token-1\n", to: "token")
        try folder.write(StagingKey.makeFileText(), to: "staging.key")
        try configure()
    }

    /// Writes the configuration anew.
    func configure(hubs: String? = nil, more: String = "") throws {
        let text = """
            database: \(folder.file("rotator.db"))
            hubs:
              \(hubs ?? hub("h"))
            retry: {base: 10ms, cap: 50ms}
            keys: {staging: "file:\(folder.file("staging.key"))"}
            \(more)
            """
        try folder.write(text, to: "c.yaml")
    }

    /// One hub's line, served by the sandbox.
    ///
    /// - Parameter keys: More keys with their values, or others.
    func hub(_ name: String, token: String = "token", _ keys: [String: String] = [:]) -> String {
        let usual = [
            "url": "\"http://127.0.0.1:\(port)/api\"", "context": "none", "token": "\"file:\(folder.file(token))\"",
            "timeout": "60s",
        ]
        let lines = usual.merging(keys) { $1 }.map { "\($0): \($1)" }
        return "\(name): {\(lines.sorted().joined(separator: ", "))}"
    }

    func configuration() throws -> Configuration {
        try Configuration.load(folder.file("c.yaml"))
    }

    /// Adds a schedule, while no daemon runs, that is due at once if `isDue`.
    ///
    /// - Parameter maxAge: The age from which the value is overdue; nil for none.
    func schedule(_ alias: String, isDue: Bool, maxAge: Duration? = nil) throws {
        let now = SystemClock().now
        let period = try #require(Cadence.Period(.seconds(3600)))
        let definition = ScheduleDefinition(cadence: .every(period), maxAge: maxAge, generator: .uuid(.v4))
        let name = SecretName(hub: "h", alias: try #require(SecretAlias(alias)))
        let added = isDue ? now.advanced(by: .seconds(-3601)) : now
        let ledger = try Ledger(
            path: folder.file("rotator.db"),
            origin: Host.origin(),
            mayMigrate: true,
            generators: BuiltInGenerators()
        )
        defer { ledger.close() }
        try ledger.add([Schedule(adding: definition, for: name, now: added)], actor: Caller.current.actor, now: now)
    }

    /// The audit log's entries.
    func entries() throws -> [[String: any Sendable]] {
        let history = try History(path: folder.file("rotator.db"), generators: BuiltInGenerators())
        defer { history.close() }
        var lines: [String] = []
        try history.auditLines { lines.append($0) }
        return try lines.map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: any Sendable])
        }
    }

    /// The names of the audit log's events.
    func events() throws -> [String] {
        try entries().compactMap { $0["event"] as? String }
    }

    /// Waits until the audit log has an event so many times.
    func wait(for event: String, count: Int = 1) async throws {
        try await eventually("\(event) is written") { try events().filter { $0 == event }.count >= count }
    }
}

/// A logger that writes nothing.
let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Runs a daemon's parts while a closure runs, and ends them as the daemon would.
func withRuntime<T>(
    _ files: DaemonFolder,
    logger: Logger = silent,
    _ body: (DaemonRuntime) async throws -> T
) async throws -> T {
    let runtime = try await DaemonRuntime(configuration: files.configuration(), logger: logger)
    let running = Task { await runtime.engine.run() }
    let result: Result<T, any Error>
    do {
        result = .success(try await body(runtime))
    } catch {
        result = .failure(error)
    }
    runtime.engine.stop()
    await running.value
    await runtime.close()
    return try result.get()
}

/// Runs a closure with a sandbox that holds `db_password`, and a daemon's files.
func withDaemonFolder(_ body: @escaping @Sendable (DaemonFolder, SandboxHub) async throws -> Void) async throws {
    let hub = SandboxHub(token: "token-1", testHooks: true)
    hub.create("db_password", value: "by hand")
    try await withSandbox(hub) { port in
        try await TemporaryFolder.with { folder in try await body(DaemonFolder(folder, port: port), hub) }
    }
}
