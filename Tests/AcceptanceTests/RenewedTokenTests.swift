import Foundation
import Glibc
import SandboxHub
import TestSupport
import Testing

/// A token file is renewed while its hub is suspended: the hub is asked again at once.
@Suite(.timeLimit(.minutes(5)))
struct RenewedTokenTests {
    /// How tools renew a file.
    enum Renewal: String, CaseIterable {
        case writtenInPlace, renamedOver, linkSwapped
    }

    /// Long before the engine's look each minute, and before the first probe.
    private static let limit = Duration.seconds(30)

    /// Puts a token where a world's configuration has it, as a tool would that renews it by a link to a folder.
    private static func link(_ token: String, _ number: Int, _ world: World) throws {
        let folder = world.folder
        let place = folder.file("..\(number)")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
        try folder.write(token + "\n", to: "..\(number)/token")
        symlink("..\(number)", folder.file("..data_tmp"))
        rename(folder.file("..data_tmp"), folder.file("..data"))
    }

    private static func spoil(_ renewal: Renewal, _ world: World) throws {
        guard renewal == .linkSwapped else { return try world.folder.write("wrong\n", to: "token") }
        unlink(world.folder.file("token"))
        try link("wrong", 1, world)
        symlink("..data/token", world.folder.file("token"))
    }

    private static func renew(_ renewal: Renewal, _ world: World) throws {
        switch renewal {
        case .writtenInPlace:
            try world.folder.write(world.token + "\n", to: "token")
        case .renamedOver:
            try world.folder.write(world.token + "\n", to: "token.new")
            rename(world.folder.file("token.new"), world.folder.file("token"))
        case .linkSwapped:
            try link(world.token, 2, world)
        }
    }

    @Test(arguments: Renewal.allCases)
    func renewedTokenResumesTheHubAtOnce(renewal: Renewal) async throws {
        try await World.with { world in
            try await world.schedule("guarded", every: "30d")
            try Self.spoil(renewal, world)
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "guarded")
                try await eventually("the hub is suspended") { try await world.events().contains("hub.suspended") }
                let refused = world.hub.received.count
                // What is no token is not shown to the hub.
                if renewal == .writtenInPlace { try world.folder.write("", to: "token") }
                let start = Date.now
                try Self.renew(renewal, world)
                try await eventually("it is resumed", within: Self.limit) {
                    try await world.events().contains("hub.resumed")
                }
                try await eventually("it succeeds") { try await world.events("guarded").contains("rotation.succeeded") }
                #expect(refused <= 2)
                let resumed = try await world.audit().first { $0["event"] as? String == "hub.resumed" }
                print("\(renewal): renewed \(start.ISO8601Format()), resumed \(resumed?["time"] ?? "")")
            }
            #expect(world.patches("guarded").filter(\.applied).count == 1)
        }
    }

    /// A file that several hubs share is renewed for each of them.
    @Test func renewedTokenResumesAllItsHubs() async throws {
        try await World.with { world in
            let text = try world.folder.read("config.yaml")
            let hub = try #require(text.firstMatch(of: #/  local: (\{[^}]*\})/#)?.1)
            try world.folder.write(
                text.replacing("hubs:\n", with: "hubs:\n  second: \(hub)\n  third: \(hub)\n"),
                to: "config.yaml"
            )
            let hubs = ["local", "second", "third"]
            for hub in hubs {
                world.hub.create(hub, value: "by hand")
                try await world.expect(0, "schedule", "add", "\(hub)/\(hub)", "--every", "30d")
            }
            try world.folder.write("wrong\n", to: "token")
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "--all")
                try await eventually("all hubs are suspended") {
                    try await world.events().filter { $0 == "hub.suspended" }.count == hubs.count
                }
                try world.folder.write(world.token + "\n", to: "token")
                try await eventually("all are resumed", within: Self.limit) {
                    try await world.events().filter { $0 == "rotation.succeeded" }.count == hubs.count
                }
            }
            for hub in hubs { #expect(world.patches(hub).filter(\.applied).count == 1) }
        }
    }

    /// systemd's copy is not renewed while the unit runs: `status` says so, and a restart asks the hub again at once.
    @Test func credentialNeedsARestart() async throws {
        try await World.with { world in
            try await world.schedule("guarded", every: "30d")
            let text = try world.folder.read("config.yaml")
            try world.folder.write(
                text.replacing("file:\(world.folder.file("token"))", with: "credential:hub"),
                to: "config.yaml"
            )
            try world.folder.write("wrong\n", to: "hub")
            let environment = ["CREDENTIALS_DIRECTORY": world.folder.path]
            try await world.withDaemon(environment: environment) { _ in
                try await world.expect(0, "rotate-now", "guarded")
                try await eventually("the hub is suspended") { try await world.events().contains("hub.suspended") }
                let said = try await world.run("status", "--json")
                #expect(said.status == 1)
                let problems = said.objects.first?["problems"] as? [[String: Any]] ?? []
                let advice = problems.first { $0["kind"] as? String == "hub_suspended" }?["advice"] as? String
                #expect(advice?.contains("a copy that systemd made when the unit started") == true)
                #expect(advice?.contains("credential hub, then: systemctl restart secret-rotator") == true)
            }
            try world.folder.write(world.token + "\n", to: "hub")
            try await world.withDaemon(environment: environment) { _ in
                try await eventually("it succeeds", within: Self.limit) {
                    try await world.events("guarded").contains("rotation.succeeded")
                }
            }
        }
    }
}
