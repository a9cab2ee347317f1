import ControlAPI
import Foundation
import RotationCore
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
                // Everybody may ask how the daemon is.
                let refused = Self.paths.filter { $0 != "ping" }
                #expect(
                    try await call(world, as: stranger, refused) == Array(repeating: "403", count: refused.count)
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

    /// What a request keeps and names is bounded, with a daemon and without one alike.
    @Test func textsAndNamesAreBounded() async throws {
        let long = String(repeating: "x", count: 1025)
        let refused: [([String], String)] = [
            (["rotate-now", "held", "--reason", long], "reason"),
            (["rotate-now", "--all", "--ticket", long], "ticket"),
            (["schedule", "pause", "held", "--reason", long], "reason"),
            (["schedule", "edit", "held", "--owner", long], "owner"),
            (["schedule", "add", "new", "--every", "30d", "--policy", long], "policy"),
            (["secret", "update", "held", "--description", long], "description"),
        ]
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            @Sendable func expectRefusals() async throws {
                for (arguments, word) in refused {
                    let outcome = try await world.run(arguments)
                    #expect(outcome.status == 64, "\(arguments.prefix(4))")
                    #expect(outcome.errors.contains(word), "\(outcome.errors)")
                }
            }
            try await expectRefusals()
            try await world.withDaemon { _ in
                try await expectRefusals()
                let twice = Array(repeating: "held", count: 200)
                #expect(try await world.run(["rotate-now", "--json"] + twice).objects.count == 1)
            }
            #expect(try await world.events("held").filter { $0 == "rotation.requested" }.count == 1)
        }
    }

    /// One connection follows a thousand requests at the most; a command that waits for more follows them in turn.
    @Test func watchIsBoundedAndLongListsAreFollowedInTurn() async throws {
        let script = """
            import json, socket, sys
            ids = [f'01a2097c-43df-7e8d-b698-{n:012x}' for n in range(int(sys.argv[2]))] * int(sys.argv[3])
            taken = [{'id': i, 'secret': {'hub': 'local', 'alias': 'held'}} for i in ids]
            body = json.dumps({'requests': taken}).encode()
            caller = socket.socket(socket.AF_UNIX)
            caller.settimeout(60)
            caller.connect(sys.argv[1])
            head = f'POST /v1/rotations/watch HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n'
            caller.sendall(head.encode() + body)
            print(caller.recv(4096).split()[1].decode())
            """
        try await World.with { world in
            try await world.schedule("held", every: "30d")
            try await world.withDaemon { _ in
                let socket = world.folder.file("control.sock")
                #expect(try await Oracle.python(script, socket, "1001", "1") == "422")
                #expect(try await Oracle.python(script, socket, "1000", "3") == "200")
                // Requests that nobody knows any more are over at once.
                let text = (0..<2500).map {
                    #"{"id": "01a2097c-43df-7e8d-b698-\#(String(100_000_000_000 + $0))", "secret": {"hub": "h", "alias": "a"}}"#
                }
                let requests = try JSONDecoder().decode(
                    [RequestRotations.Accepted].self,
                    from: Data("[\(text.joined(separator: ","))]".utf8)
                )
                var told: [RotationID] = []
                try await ControlClient(path: socket).watch(requests, timeout: .seconds(60)) { told.append($0.request) }
                #expect(told == requests.map(\.id))
            }
        }
    }
}
