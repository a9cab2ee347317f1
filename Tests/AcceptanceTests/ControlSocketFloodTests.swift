import Foundation
import TestSupport
import Testing

/// Requests to the control socket that are too large, by callers with and without rights.
@Suite(.timeLimit(.minutes(5)))
struct ControlSocketFloodTests {
    private static let isRoot = getuid() == 0

    private static let paths =
        [
            "abandon", "request", "watch",
        ].map { "rotations/\($0)" } + ["add", "edit", "apply", "remove", "pause", "resume"].map { "schedules/\($0)" }
        + ["list", "create", "update", "delete"].map { "secrets/\($0)" } + ["ping", "hubs/probe"]

    /// Sends a request's head and some of its body, as a user; prints the status of the answer and, after a flood, whether
    /// the connection was closed.
    private static let caller = """
        import os, socket, sys
        path, uid, flood = sys.argv[1], int(sys.argv[2]), sys.argv[3] == 'flood'
        if uid: os.setgid(uid); os.setuid(uid)
        for place in sys.argv[4:]:
            place, _, length = place.partition(' ')
            caller = socket.socket(socket.AF_UNIX)
            caller.settimeout(60)
            caller.connect(path)
            framing = f'Content-Length: {length}' if length else 'Transfer-Encoding: chunked'
            caller.sendall(f'POST /v1/{place} HTTP/1.1\\r\\nHost: x\\r\\n{framing}\\r\\n\\r\\n'.encode())
            chunk = b'10000\\r\\n' + b' ' * 65536 + b'\\r\\n'
            if not length: caller.sendall(chunk)
            if flood:
                try:
                    for _ in range(1 << 17): caller.sendall(chunk)
                    print('open', end=' ')
                except OSError: print('closed', end=' ')
            print(caller.recv(4096).split()[1].decode())
        """

    private func call(_ world: World, as user: UInt32, flood: Bool = false, _ places: [String]) async throws -> [String]
    {
        let arguments = [world.folder.file("control.sock"), "\(user)", flood ? "flood" : ""] + places
        return try await Oracle.python(Self.caller, arguments).split(separator: "\n").map(String.init)
    }

    /// The most memory that a process has had, in KiB.
    private func peakMemory(_ pid: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.split(separator: " ").dropLast().last ?? ""))
    }

    /// The body never ends: the answer comes all the same, and nothing of the body is kept.
    @Test(.enabled(if: isRoot, "needs root, to become other users"))
    func callerWithoutRightsIsRefusedBeforeItsBodyIsRead() async throws {
        try await World.with(extra: "roles: {operators: {users: [61002]}}") { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { daemon in
                let stranger = UInt32(61_005)
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o666],
                    ofItemAtPath: world.folder.file("control.sock")
                )
                try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: world.folder.path)
                #expect(
                    try await call(world, as: stranger, Self.paths) == Array(repeating: "403", count: Self.paths.count)
                )
                #expect(try await call(world, as: stranger, ["nothing"]) == ["404"])
                let before = try peakMemory(daemon.pid)
                for place in ["rotations/watch", "schedules/apply", "nothing"] {
                    let said = try await call(world, as: stranger, flood: true, [place])
                    #expect(said == ["closed \(place == "nothing" ? 404 : 403)"], "\(place)")
                }
                let grown = try peakMemory(daemon.pid) - before
                #expect(grown < 32 << 10, "\(grown) KiB")
                try await world.expect(0, "rotate-now", "held")
            }
        }
    }

    /// Rights do not make a request larger than what it asks for needs.
    @Test func requestThatIsTooLargeIsRefusedBeforeItIsRead() async throws {
        let lengths = [
            ("small", (64 << 10) + 1), ("names", (2 << 20) + 1), ("value", (256 << 10) + 1), ("file", (64 << 20) + 1),
        ]
        let sizes = Dictionary(uniqueKeysWithValues: lengths)
        func kind(_ path: String) -> String {
            switch path {
            case "schedules/apply": "file"
            case "secrets/create", "secrets/update": "value"
            case "rotations/request", "rotations/watch": "names"
            default: path.hasPrefix("schedules/") ? "names" : "small"
            }
        }
        let places = Self.paths.map { "\($0) \(sizes[kind($0)] ?? 0)" }
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { _ in
                let said = try await call(world, as: 0, places)
                #expect(said == Array(repeating: "422", count: places.count))
                let flooded = try await call(world, as: 0, flood: true, ["ping"])
                #expect(flooded == ["closed 422"])
            }
        }
    }
}
