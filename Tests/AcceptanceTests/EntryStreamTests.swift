import Foundation
import TestSupport
import Testing

/// The stream of entries of a real daemon.
@Suite(.timeLimit(.minutes(5)))
struct EntryStreamTests {
    /// A receiver of lines that writes each whole line to a file, from one connection after the other.
    private static let receiver = """
        import os, socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        s.bind(sys.argv[1])
        s.listen()
        s.settimeout(120)
        with open(sys.argv[2], "w") as heard:
            print(end="", file=heard, flush=True)
            while True:
                connection, _ = s.accept()
                connection.settimeout(120)
                rest = b""
                while True:
                    try: data = connection.recv(4096)
                    except ConnectionResetError: break
                    if not data: break
                    *lines, rest = (rest + data).split(b"\\n")
                    for line in lines:
                        print(line.decode(), file=heard, flush=True)
                        if b'"last one"' in line: sys.exit(0)
        """

    /// Killed again and again, with a receiver that comes late and goes: no entry is missing there.
    @Test func streamMissesNothingWhereTheDaemonIsKilled() async throws {
        try await World.with(hub: "late_hold: 0s") { world in
            let (socket, heard) = (world.folder.file("stream"), world.folder.file("entries"))
            let stream = "audit: {stream: {socket: \"\(socket)\", format: jsonl}}\n"
            try world.folder.write(world.folder.read("config.yaml") + stream, to: "config.yaml")
            try await world.schedule("a", "b", "c", every: "1h", options: ["--min-interval", "0s"])
            // Nobody listens yet.
            try await world.killedDaemon(after: .milliseconds(300), whenReady: true)
            async let receiver = Oracle.python(Self.receiver, socket, heard)
            for delay in [50, 150, 300, 10, 80] {
                for alias in ["a", "b", "c"] { try await world.expect(0, "rotate-now", alias, "--fresh") }
                try await world.killedDaemon(after: .milliseconds(delay), whenReady: true)
            }
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "a", "--wait", "--reason", "last one")
                try await eventually("the last one is there") { try world.folder.read("entries").contains("last one") }
            }
            _ = try await receiver
            let lines = try world.folder.read("entries").split(separator: "\n").map(String.init)
            let log = try await Oracle.sqlite(
                world.folder.file("rotator.db"),
                "SELECT line FROM audit_log ORDER BY seq"
            )
            .split(separator: "\n").map(String.init)
            let last = try #require(log.firstIndex { $0.contains("last one") })
            let missing = Set(log[...last]).subtracting(lines)
            #expect(missing.isEmpty, "\(missing.count) of \(log.count) are missing: \(missing.first ?? "")")
            #expect(Set(lines).subtracting(log).isEmpty)
        }
    }

    /// A receiver that is away is a problem until it is back, and another one when it has gone again.
    @Test func receiverThatIsAwayIsAProblemUntilItIsBack() async throws {
        try await World.with { world in
            let (socket, heard) = (world.folder.file("stream"), world.folder.file("entries"))
            let stream = "audit: {stream: {socket: \"\(socket)\", format: jsonl}}\n"
            try world.folder.write(world.folder.read("config.yaml") + stream, to: "config.yaml")
            try await world.schedule("a", every: "1h", options: ["--min-interval", "0s"])
            try await world.withDaemon { _ in
                let problem = try await world.problem("stream_receiver_away")
                #expect(problem["subject"] as? String == "audit stream" && problem["since"] is String)
                #expect((problem["text"] as? String)?.contains(socket) == true, "\(problem)")
                async let receiver = Oracle.python(Self.receiver, socket, heard)
                try await eventually("it is over") { try await world.run("status").status == 0 }
                try await world.expect(0, "rotate-now", "a", "--wait", "--reason", "last one")
                _ = try await receiver
                // It has ended: the next entry finds that out.
                try await world.expect(0, "rotate-now", "a", "--wait")
                let again = try await world.problem("stream_receiver_away")
                #expect(again["since"] as? String != problem["since"] as? String)
            }
        }
    }
}
