import ArgumentParser
import Foundation
import Subprocess
import SystemPackage

/// A folder with a configuration, and the executable that was built beside this one.
struct BenchmarkSite {
    let folder: String

    /// Makes a site, runs a closure in it, and leaves nothing behind.
    ///
    /// - Parameters:
    ///   - port: The hub's port. 9 is discard: where nothing is due, nobody speaks to it.
    ///   - hubKeys: More keys of the hub, in YAML's flow style.
    static func with<T>(
        port: Int = 9,
        hubKeys: String = "",
        _ body: (BenchmarkSite) async throws -> T
    ) async throws -> T {
        try await withFolder { folder in
            let site = BenchmarkSite(folder: folder)
            try await site.prepare(port: port, hubKeys: hubKeys)
            return try await body(site)
        }
    }

    /// Makes a temporary folder, runs a closure, and leaves nothing behind.
    static func withFolder<T>(_ body: (String) async throws -> T) async throws -> T {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sr-bench-\(UUID().uuidString.prefix(8))")
            .path()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try await body(folder)
    }

    private func prepare(port: Int, hubKeys: String) async throws {
        try Data("sandbox-token\n".utf8).write(to: URL(filePath: "\(folder)/token"))
        chmod("\(folder)/token", 0o600)
        let more = hubKeys.isEmpty ? "" : ", \(hubKeys)"
        let configuration = """
            database: \(folder)/rotator.db
            hubs: {bench: {url: "http://127.0.0.1:\(port)/api", context: none, token: "file:\(folder)/token"\(more)}}
            keys: {staging: "file:\(folder)/staging.key"}
            """
        try Data(configuration.utf8).write(to: URL(filePath: "\(folder)/config.yaml"))
        try await execute(["keygen", "staging", "--output", "\(folder)/staging.key"])
    }

    /// Runs a command of this site.
    ///
    /// - Parameter statuses: The exit statuses that are expected.
    @discardableResult
    func run(_ arguments: [String], expecting statuses: Set<Int32> = [0]) async throws -> String {
        try await execute(["--config", "\(folder)/config.yaml"] + arguments, expecting: statuses)
    }

    @discardableResult
    private func execute(_ arguments: [String], expecting statuses: Set<Int32> = [0]) async throws -> String {
        let result = try await Subprocess.run(
            .path(Self.program),
            arguments: Arguments(arguments),
            output: .string(limit: 1 << 30),
            // --wait reports the progress of each rotation there.
            error: .string(limit: 1 << 28)
        )
        guard case .exited(let status) = result.terminationStatus, statuses.contains(status) else {
            throw ValidationError(result.standardError)
        }
        return result.standardOutput
    }

    /// Runs the daemon while a closure runs.
    ///
    /// - Returns: How long it took to become ready.
    @discardableResult
    func withDaemon(
        environment: Environment = .inherit,
        _ body: (_ pid: Int32) async throws -> Void
    ) async throws -> Duration {
        var ready = Duration.zero
        let start = ContinuousClock.now
        _ = try await Subprocess.run(
            .path(Self.program),
            arguments: ["--config", "\(folder)/config.yaml", "daemon"],
            environment: environment,
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            let pid = execution.processIdentifier.value
            defer { kill(pid, SIGTERM) }
            for _ in 0..<12_000 {
                let lock = try? String(contentsOfFile: "\(folder)/rotator.db.lock", encoding: .utf8)
                if lock == "\(pid) ready\n" { break }
                try await Task.sleep(for: .milliseconds(5))
            }
            ready = ContinuousClock.now - start
            try await body(pid)
        }
        return ready
    }

    /// The executable that was built beside this one.
    static var program: FilePath {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return FilePath(URL(filePath: own).deletingLastPathComponent().appending(path: "secret-rotator").path())
    }
}
