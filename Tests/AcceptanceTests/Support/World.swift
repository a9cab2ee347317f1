import Foundation
import SQLite
import SandboxHub
import Subprocess
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// A hub, and a folder with token, key, configuration and database for one test.
final class World: Sendable {
    let folder: TemporaryFolder
    let hub: SandboxHub
    /// The hub's token, which must show up nowhere.
    let token: String
    /// All that commands have written.
    private let written = Mutex<[String]>([])
    /// Where the database is, if not in the folder.
    private let databaseFolder = Mutex<String?>(nil)

    private init(folder: TemporaryFolder, hub: SandboxHub, token: String) {
        self.folder = folder
        self.hub = hub
        self.token = token
    }

    /// Makes a world, runs a closure in it, and leaves nothing behind.
    ///
    /// - Parameters:
    ///   - timeout: The hub's; long, as a busy machine must not look like a silent hub.
    ///   - hub: More keys of the hub, as a flow map has them.
    ///   - extra: More lines of the configuration.
    static func with(
        timeout: String = "30s",
        hub keys: String = "",
        extra: String = "",
        _ body: @escaping @Sendable (World) async throws -> Void
    ) async throws {
        let token = "tok-\(UUID().uuidString)"
        let hub = SandboxHub(token: token, testHooks: true)
        try await Turnstile.worlds.pass {
            try await TemporaryFolder.with { folder in
                try await withSandbox(hub) { port in
                    let world = World(folder: folder, hub: hub, token: token)
                    // Ten time-outs, the default, would be a long wait.
                    let hold = keys.contains("late_hold") ? "" : "late_hold: \(timeout), "
                    let hub = "timeout: \(timeout), \(hold)\(keys)"
                    try await world.prepare(port: port, hub: hub, extra: extra)
                    try await body(world)
                    try AuditSchema.check(folder.file("rotator.db"))
                }
            }
        }
    }

    private func prepare(port: Int, hub: String, extra: String) async throws {
        try folder.write(token + "\n", to: "token")
        let keygen = try await Program.run(["keygen", "staging", "--output", folder.file("staging.key")])
        #expect(keygen.status == 0)
        try folder.write(Self.configuration(folder, port: port, hub: hub) + extra + "\n", to: "config.yaml")
    }

    private static func configuration(_ folder: TemporaryFolder, port: Int, hub: String) -> String {
        """
        database: \(folder.file("rotator.db"))
        hubs:
          local: {url: "http://127.0.0.1:\(port)/api", context: acme, token: "file:\(folder.file("token"))",
            \(hub)}
        retry: {base: 50ms, cap: 200ms, cycle_delays: [200ms]}
        keys: {staging: "file:\(folder.file("staging.key"))"}
        log: {format: json, level: debug}

        """
    }

    // MARK: Commands

    /// Runs a command of this world to its end.
    @discardableResult
    func run(_ arguments: String...) async throws -> Program.Outcome {
        try await run(arguments)
    }

    /// Runs a command and expects an exit status.
    func expect(
        _ status: Int32,
        _ arguments: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await run(arguments)
        #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: sourceLocation)
    }

    /// Runs a command as another user.
    func run(as user: UInt32, _ arguments: [String]) async throws -> Program.Outcome {
        try await run(arguments, user: user)
    }

    /// Runs a command with something on its standard input.
    func run(_ arguments: [String], input: String = "", user: UInt32? = nil) async throws -> Program.Outcome {
        let all = ["--config", folder.file("config.yaml")] + arguments
        let outcome = try await Program.run(all, input: input, user: user)
        written.withLock { $0 += [outcome.output, outcome.errors] }
        return outcome
    }

    /// Everything that commands have written so far.
    var outputs: [String] { written.withLock { $0 } }

    /// Puts secrets into the hub and adds schedules for them.
    func schedule(_ aliases: String..., every: String, options: [String] = []) async throws {
        for alias in aliases {
            hub.create(alias, value: "set by hand")
            let added = try await run(["schedule", "add", alias, "--every", every] + options)
            #expect(added.status == 0, "\(added.errors)")
        }
    }

    /// The audit log.
    func audit() async throws -> [[String: Any]] {
        try await run("audit", "list", "--json").objects
    }

    /// The first problem of a kind that `status` tells, once there is one.
    func problem(_ kind: String) async throws -> [String: Any] {
        var found: [String: Any] = [:]
        try await eventually("there is a problem \(kind)") {
            let status = try await self.run("status", "--json")
            let problems = status.objects.first?["problems"] as? [[String: Any]] ?? []
            guard let problem = problems.first(where: { $0["kind"] as? String == kind }) else { return false }
            #expect(status.status == 1)
            found = problem
            return true
        }
        #expect(found["advice"] as? String != nil, "no \(kind)")
        return found
    }

    /// The kinds of the problems that a `status --json` has told.
    static func kinds(of status: Program.Outcome) -> [String] {
        let problems = status.objects.first?["problems"] as? [[String: Any]] ?? []
        return problems.compactMap { $0["kind"] as? String }
    }

    /// The events of the audit log, of one secret or of all.
    func events(_ alias: String? = nil) async throws -> [String] {
        try await audit()
            .filter { alias == nil || $0["alias"] as? String == alias }
            .compactMap { $0["event"] as? String }
    }

    /// Returns once each rotation is closed: its generator has finished, and its candidate is erased.
    func untilNothingIsOpen() async throws {
        try await eventually("nothing is open") {
            try await self.run("rotation", "list", "--open", "--json").objects.isEmpty
        }
    }

    /// The PATCHes that the hub has received for a secret.
    func patches(_ alias: String) -> [SandboxHub.Received] {
        hub.received.filter { $0.method == "PATCH" && $0.alias == alias }
    }

    /// Changes a database behind the program's back.
    func change(_ database: String, _ sql: String) async throws {
        let connection = try Connection(path: database, mode: .readWrite)
        defer { connection.close() }
        try connection.execute(sql)
    }

    // MARK: Plug-ins

    /// As whom a daemon of root's runs plug-ins; nil where tests are not root's.
    static let plugInUser = getuid() == 0 ? "nobody" : nil

    /// Why a daemon's plug-ins can't be tested here; nil where they can.
    static let plugInObstacle = getuid() == 0 ? nil : "needs root: a daemon's own user has no rights beside plug-ins"

    /// Where this world's plug-ins are, from now on.
    ///
    /// - Parameter user: As whom they run; nil for the daemon's own user.
    func usePlugIns(in folder: String, as user: String? = plugInUser) throws {
        let user = user.map { ", user: \($0)" } ?? ""
        let text = try self.folder.read("config.yaml") + "generators: {directory: \"\(folder)\"\(user)}\n"
        try self.folder.write(text, to: "config.yaml")
        // Their user passes through it to what it may reach.
        chmod(self.folder.path, 0o711)
    }

    /// Makes a folder or file, with all that is in it, the plug-ins'.
    static func giveToPlugIns(_ path: String) async throws {
        guard let user = plugInUser else { return }
        try await Shell.run("chown -R \(user): '\(path)'")
    }

    // MARK: Daemon

    /// Runs the daemon while a closure runs, and ends it with TERM.
    ///
    /// - Returns: Its exit status.
    @discardableResult
    func withDaemon(
        environment: [String: String] = [:],
        user: UInt32? = nil,
        _ body: @Sendable (RunningDaemon) async throws -> Void
    ) async throws -> Int32 {
        let file = try FileDescriptor.open(
            FilePath(folder.file("daemon.log")),
            .writeOnly,
            options: [.create, .truncate],
            permissions: .ownerReadWrite
        )
        let status = try await withDaemon(writingTo: file, environment: environment, user: user, body)
        let log = try self.log
        written.withLock { $0.append(log) }
        return status
    }

    /// What the daemon has logged so far.
    var log: String { get throws { try folder.read("daemon.log") } }

    /// Runs the daemon while a closure runs, and ends it with TERM.
    ///
    /// - Parameters:
    ///   - file: Its standard error; closed here.
    ///   - user: Whose process it is to be; this one's user if not given.
    func withDaemon(
        writingTo file: FileDescriptor,
        environment: [String: String] = [:],
        user: UInt32? = nil,
        _ body: @Sendable (RunningDaemon) async throws -> Void
    ) async throws -> Int32 {
        let result = try await Subprocess.run(
            .path(Program.path),
            arguments: ["--config", folder.file("config.yaml"), "daemon"],
            environment: Program.environment(environment),
            platformOptions: Program.options(user),
            input: .none,
            output: .string(limit: 1024 * 1024),
            error: .fileDescriptor(file, closeAfterSpawningProcess: true)
        ) { execution in
            let daemon = RunningDaemon(pid: execution.processIdentifier.value)
            Guardian.shared.watch(daemon.pid)
            do {
                try await eventually("the daemon is ready") { self.isReady(daemon.pid) }
                try await body(daemon)
            } catch {
                kill(daemon.pid, SIGKILL)
                throw error
            }
            kill(daemon.pid, SIGTERM)
        }
        Guardian.shared.release(result.processIdentifier.value)
        written.withLock { $0.append(result.standardOutput) }
        return Program.status(result.terminationStatus)
    }

    /// Runs a daemon that ends by itself.
    ///
    /// - Parameter file: Its standard error; closed here.
    /// - Returns: Its exit status.
    func endedDaemon(writingTo file: FileDescriptor) async throws -> Int32 {
        let result = try await Subprocess.run(
            .path(Program.path),
            arguments: ["--config", folder.file("config.yaml"), "daemon"],
            environment: Program.environment([:]),
            input: .none,
            output: .discarded,
            error: .fileDescriptor(file, closeAfterSpawningProcess: true)
        )
        return Program.status(result.terminationStatus)
    }

    /// Runs the daemon for a moment, and kills it.
    ///
    /// - Parameter whenReady: Whether the moment begins when the daemon is ready, however long that takes on this machine.
    func killedDaemon(after delay: Duration, whenReady: Bool = false) async throws {
        _ = try await Subprocess.run(
            .path(Program.path),
            arguments: ["--config", folder.file("config.yaml"), "daemon"],
            environment: Program.environment([:]),
            input: .none,
            output: .discarded,
            error: .discarded
        ) { execution in
            Guardian.shared.watch(execution.processIdentifier.value)
            let pid = execution.processIdentifier.value
            defer {
                kill(pid, SIGKILL)
                Guardian.shared.release(pid)
            }
            if whenReady { try await eventually("the daemon is ready") { self.isReady(pid) } }
            try await Task.sleep(for: delay)
        }
    }

    /// Puts the database on a file system of its own while a closure runs.
    func withSmallDisk(_ size: String, _ body: (String) async throws -> Void) async throws {
        let disk = folder.file("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        try await Shell.run("mount -t tmpfs -o size=\(size),mode=700 tmpfs \(disk)")
        let text = try folder.read("config.yaml")
        try folder.write(text.replacing(folder.file("rotator.db"), with: "\(disk)/rotator.db"), to: "config.yaml")
        databaseFolder.withLock { $0 = disk }
        do { try await body(disk) } catch {
            try? await Shell.run("umount \(disk)")
            throw error
        }
        try await Shell.run("umount \(disk)")
    }

    private func isReady(_ pid: Int32) -> Bool {
        let place = databaseFolder.withLock { $0 } ?? folder.path
        return (try? String(contentsOfFile: "\(place)/rotator.db.lock", encoding: .utf8)) == "\(pid) ready\n"
    }
}

/// A daemon that runs for a test.
struct RunningDaemon: Sendable {
    let pid: Int32

    func send(_ signal: Int32) {
        kill(pid, signal)
    }
}
