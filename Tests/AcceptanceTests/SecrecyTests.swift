import Foundation
import SandboxHub
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct SecrecyTests {
    /// Where a secret was found; never the secret.
    private static func leaks(of secrets: [String], in places: [(name: String, content: Data)]) -> [String] {
        places.filter { place in secrets.contains { place.content.range(of: Data($0.utf8)) != nil } }.map(\.name)
    }

    @Test func noValueAndNoTokenShowsUpAnywhere() async throws {
        try await World.with { world in
            try await world.schedule("a", "b", every: "1s")
            try await world.schedule("c", every: "30d", options: ["--generator", "token"])
            world.hub.inject([
                SandboxFault(.status(503), method: "PATCH"), SandboxFault(.dropAfter, method: "PATCH"),
                SandboxFault(.status(400), method: "PATCH"), SandboxFault(.legacyError, method: "PATCH"),
            ])
            try await world.withDaemon { daemon in
                _ = try await world.run("rotate-now", "c", "--wait")
                try await eventually("some rotations") { world.hub.received.filter { $0.method == "PATCH" }.count >= 8 }
                for group in ["schedule", "rotation", "audit"] {
                    _ = try await world.run(group, "list")
                    _ = try await world.run(group, "list", "--json")
                }
                _ = try await world.run("status")
                try Self.expectNoLeak(world, pid: daemon.pid)
            }
            try Self.expectNoLeak(world, pid: nil)
        }
    }

    /// Looks into the database files, the log, commands' output, argv and environment.
    private static func expectNoLeak(_ world: World, pid: Int32?) throws {
        let secrets = Set(world.hub.received.compactMap(\.value) + [world.token])
        #expect(secrets.count >= 5)
        var places = try world.folder.contents().filter { $0.key != "token" }.map { (name: $0.key, content: $0.value) }
        #expect(places.contains { $0.name == "rotator.db" } && places.contains { $0.name == "rotator.db.candidates" })
        places += world.outputs.enumerated().map { ("output \($0.offset)", Data($0.element.utf8)) }
        if let pid {
            for file in ["cmdline", "environ"] {
                let content = try Data(contentsOf: URL(filePath: "/proc/\(pid)/\(file)"))
                places.append(("/proc/\(file)", content))
            }
        }
        #expect(leaks(of: Array(secrets), in: places) == [])
    }

    /// The look itself must be able to find something.
    @Test func aLeakWouldBeFound() {
        let places = [(name: "log", content: Data("… hunter2 …".utf8)), (name: "clean", content: Data("…".utf8))]
        #expect(Self.leaks(of: ["hunter2"], in: places) == ["log"])
    }

    @Test func candidatesAreGoneAfterTheirRotation() async throws {
        try await World.with { world in
            try await world.schedule("gone", every: "30d")
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "gone", "--wait")
                let wal = try world.folder.contents()["rotator.db.candidates-wal"]
                #expect(wal?.isEmpty ?? true)
            }
            let count = try await Oracle.sqlite(
                world.folder.file("rotator.db.candidates"),
                "SELECT count(*) FROM candidates"
            )
            #expect(count == "0")
        }
    }

    @Test func onlyTheOwnerMayReadCandidatesAndKeys() async throws {
        try await World.with { world in
            try await world.schedule("x", every: "30d")
            try await world.withDaemon { _ in }
            for name in ["rotator.db.candidates", "staging.key"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: world.folder.file(name))
                #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
            }
        }
    }
}
