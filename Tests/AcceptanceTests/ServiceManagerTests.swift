import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ServiceManagerTests {
    /// Receives datagrams as systemd does, and writes each one's lines on a line of a file.
    private static let receiver = """
        import os, socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind(sys.argv[1])
        s.settimeout(60)
        with open(sys.argv[2], "w") as heard:
            while True:
                text = s.recv(4096).decode()
                print(text.replace("\\n", "|"), file=heard, flush=True)
                if "STOPPING=1" in text: break
        """

    @Test func readyReloadingWatchdogAndStoppingAreTold() async throws {
        try await World.with { world in
            let socket = world.folder.file("notify")
            async let receiver = Oracle.python(Self.receiver, socket, world.folder.file("heard"))
            try await eventually("somebody listens") {
                FileManager.default.fileExists(atPath: world.folder.file("heard"))
            }
            let environment = ["NOTIFY_SOCKET": socket, "WATCHDOG_USEC": "200000"]
            try await world.withDaemon(environment: environment) { daemon in
                daemon.send(SIGHUP)
                let question = "SELECT count(*) FROM audit_entries WHERE event = 'configuration.loaded'"
                try await eventually("it has reloaded") {
                    try await Oracle.sqlite(world.folder.file("rotator.db"), question) == "2"
                }
                try await eventually("systemd hears that it is alive") {
                    try world.folder.read("heard").contains("WATCHDOG=1")
                }
            }
            _ = try await receiver
            let states = try world.folder.read("heard")
            for state in ["READY=1|STATUS=", "RELOADING=1|MONOTONIC_USEC=", "WATCHDOG=1", "STOPPING=1"] {
                #expect(states.contains(state), "\(state)")
            }
        }
    }
}
