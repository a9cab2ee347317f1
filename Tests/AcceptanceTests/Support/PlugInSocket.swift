import Foundation
import Glibc
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A plug-in's socket: systemd-socket-activate listens, as the plug-in's `.socket` unit would, and starts our launcher for
/// each connection, as another user.
struct PlugInSocket: Sendable {
    /// The plug-in's user, which is not the daemon's.
    static let user: UInt32 = 65_534
    private static let program = "/usr/bin/systemd-socket-activate"
    /// Why it can't be tried here; nil where it can.
    static let obstacle: String? =
        getuid() != 0
        ? "needs root, to run plug-ins as another user"
        : access(program, X_OK) == 0 ? nil : "the package systemd is not installed"

    let world: World
    /// The socket's path.
    let path: String

    /// The folder of the sockets.
    static func folder(of world: World) -> String { world.folder.file("sockets") }

    /// Has the world's daemon use sockets from now on; its own folder of plug-ins is empty, so it can't start any.
    static func prepare(_ world: World) throws {
        try FileManager.default.createDirectory(atPath: folder(of: world), withIntermediateDirectories: false)
        let text = try world.folder.read("config.yaml")
        let start = try #require(text.range(of: "generators: "))
        let line = "generators: {directory: \"\(world.folder.file("none"))\", sockets: \"\(folder(of: world))\"}\n"
        try world.folder.write(String(text[..<start.lowerBound]) + line, to: "config.yaml")
    }

    /// Listens while a closure runs.
    ///
    /// - Parameters:
    ///   - name: The plug-in, in the world's folder `generators`.
    ///   - caller: Whose requests are answered.
    ///   - environment: More of the unit's variables.
    static func with(
        _ world: World,
        _ name: String = "system",
        caller: String = "root",
        environment: [String: String] = [:],
        _ body: @Sendable (PlugInSocket) async throws -> Void
    ) async throws {
        let socket = PlugInSocket(world: world, path: "\(folder(of: world))/\(name).sock")
        unlink(socket.path)
        let log = try FileDescriptor.open(
            FilePath(world.folder.file("launcher.log")),
            .writeOnly,
            options: [.create, .append, .truncate],
            permissions: .ownerReadWrite
        )
        let variables = environment.flatMap { ["-E", "\($0.key)=\($0.value)"] }
        let launcher = [
            "/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(user)", "--clear-groups", "\(Program.path)", "plug-in",
            "serve",
            name, "--directory", world.folder.file("generators"), "--caller", caller, "--lock",
            world.folder.file("state/lock"),
        ]
        _ = try await Subprocess.run(
            .path(FilePath(program)),
            arguments: Arguments(["-l", socket.path, "--accept", "--inetd"] + variables + launcher),
            environment: Program.environment([:]),
            input: .none,
            output: .fileDescriptor(log, closeAfterSpawningProcess: false),
            error: .fileDescriptor(log, closeAfterSpawningProcess: true)
        ) { execution in
            let pid = execution.processIdentifier.value
            Guardian.shared.watch(pid)
            defer {
                kill(pid, SIGKILL)
                Guardian.shared.release(pid)
                unlink(socket.path)
            }
            try await eventually("it listens") { try socket.log.contains("Listening on \(socket.path)") }
            try await body(socket)
        }
    }

    /// What the launchers, and systemd-socket-activate, have written themselves.
    var log: String { get throws { try world.folder.read("launcher.log") } }

    /// Sends bytes as a user, and returns the kind of the answer's first frame with its text.
    func ask(_ bytes: String, as user: UInt32) async throws -> String {
        try await Oracle.python(
            """
            import os, socket, sys
            os.setresgid(int(sys.argv[2]), int(sys.argv[2]), int(sys.argv[2]))
            os.setresuid(int(sys.argv[2]), int(sys.argv[2]), int(sys.argv[2]))
            s = socket.socket(socket.AF_UNIX)
            s.connect(sys.argv[1])
            try:
                s.sendall(bytes.fromhex(sys.argv[3]))
                s.shutdown(socket.SHUT_WR)
            except BrokenPipeError:
                pass
            answer = b""
            try:
                while part := s.recv(65536):
                    answer += part
            except ConnectionResetError:  # a request that was not read
                pass
            print(answer[1:2].hex(), answer[7:].decode(errors="replace") if answer[1:2] == b"\\3" else "")
            """,
            [path, "\(user)", bytes]
        )
    }
}
