import Foundation
import Glibc
import SandboxHub
import TestSupport
import Testing

/// What is left of values and of the token in the memory of the real daemon.
@Suite(.timeLimit(.minutes(5)))
struct MemoryTests {
    /// Why other processes' memory can't be read here; nil where it can.
    static let obstacle = getuid() == 0 ? nil : "needs root: the daemon's memory is closed to its own user"

    /// As the unit starts it: over TLS, with the settings that overwrite freed memory.
    @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")"))
    func nothingIsLeftAfterAHundredRotations() async throws {
        try await World.withTLS { world in
            try await Self.expectNothingIsLeft(of: "{type: password, length: 40}", world)
        }
    }

    /// Values that a plug-in has made come through pipes, as JSON.
    @Test(.enabled(if: obstacle == nil, "\(obstacle ?? "")"))
    func nothingIsLeftOfAPlugInsValues() async throws {
        try await World.withTLS { world in
            let folder = world.folder.file("generators")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            try world.folder.write(Self.plugIn, to: "generators/made")
            chmod(world.folder.file("generators/made"), 0o755)
            try world.usePlugIns(in: folder)
            try await Self.expectNothingIsLeft(of: "{type: command, command: made}", world)
        }
    }

    /// Answers `generate` with a value of 40 random digits.
    private static let plugIn = """
        #!/bin/sh
        read -r question
        case $question in *'"step":"generate"'*) ;; *) exit 64 ;; esac
        printf '{"value":"%s"}' "$(od -A n -t x1 -N 20 /dev/urandom | tr -d ' \\n')"

        """

    /// Rotates 25 secrets four times, and looks for all values and the token in the daemon's memory.
    private static func expectNothingIsLeft(of generator: String, _ world: World) async throws {
        let aliases = (0..<25).map { "s\($0)" }
        let schedules = aliases.map { "  - {secret: \($0), every: 30d, generator: \(generator)}\n" }
        for alias in aliases { world.hub.create(alias, value: "set by hand") }
        try world.folder.write("schedules:\n" + schedules.joined(), to: "schedules.yaml")
        try await world.expect(0, "schedule", "apply", "-f", world.folder.file("schedules.yaml"))
        try await world.withDaemon(environment: Self.unitEnvironment) { daemon in
            for _ in 0..<4 { try await world.expect(0, "rotate-now", "--all", "--wait") }
            let values = Set(world.hub.received.compactMap(\.value))
            #expect(values.count == 100)
            let texts = Array(values) + [world.token, "IB-Context"]
            let counts = try await ProcessMemory.counts(of: texts, pid: daemon.pid)
            try #require(counts.count == texts.count)
            // The look itself can find something.
            #expect(counts[101] > 0)
            let (ofValues, ofToken) = (counts[..<100].reduce(0, +), counts[100])
            print("copies outside of locked pages after 100 rotations: \(ofValues) of values, \(ofToken) of the token")
            #expect(ofValues == 0 && ofToken == 0)
        }
    }

    /// The environment that the unit gives.
    private static var unitEnvironment: [String: String] {
        get throws {
            let unit = URL(filePath: #filePath).appending(path: "../../../systemd/secret-rotator.service")
            let text = try String(contentsOf: unit.standardizedFileURL, encoding: .utf8)
            let pairs = text.matches(of: #/Environment=(\w+)=(.+)/#).map { (String($0.1), String($0.2)) }
            #expect(pairs.contains { $0.0 == "GLIBC_TUNABLES" })
            return Dictionary(uniqueKeysWithValues: pairs)
        }
    }
}
