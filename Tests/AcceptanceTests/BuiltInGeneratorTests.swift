import Foundation
import SandboxHub
import TestSupport
import Testing

/// Built-in generators within the real executable, as far as they do more than make a text.
// Counts the wait for a turn, too: whole-program tests share two cores.
@Suite(.timeLimit(.minutes(5)))
struct BuiltInGeneratorTests {
    /// Has a secret rotate by a generator, on demand as often as a test likes.
    private static func schedule(_ alias: String, _ generator: String, _ world: World) async throws {
        try await world.schedule(alias, every: "30d", options: ["--generator", generator, "--min-interval", "0s"])
    }

    /// Makes a folder `public` for public keys, and names it in the configuration.
    private static func allowPublicFiles(_ world: World) throws {
        let folder = world.folder.file("public")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let text = try world.folder.read("config.yaml") + "generators: {public_folders: [\"\(folder)\"]}\n"
        try world.folder.write(text, to: "config.yaml")
    }

    /// Whether a file holds the public half of a private key, by openssl.
    private static func isPublicHalf(of key: String?, _ file: String) async throws -> Bool {
        let script = """
            import subprocess, sys
            run = lambda *a, **k: subprocess.run(['openssl', 'pkey', *a], capture_output=True, **k).stdout
            half = run('-pubout', input=sys.argv[1].encode())
            print(half == run('-pubin', '-in', sys.argv[2], '-pubout') and half != b'')
            """
        return try await Oracle.python(script, try #require(key), file) == "True"
    }

    /// The public half is in its file when the hub has the private one; where the hub refuses it, the old one is back.
    @Test(arguments: ["ed25519", "p256"])
    func publicHalfIsThatOfTheHubsKey(algorithm: String) async throws {
        try await World.with { world in
            // Whatever has failed is not tried again while the test looks.
            let config = try world.folder.read("config.yaml")
            try world.folder.write(
                config.replacing("cycle_delays: [200ms]", with: "cycle_delays: [1h]"),
                to: "config.yaml"
            )
            try Self.allowPublicFiles(world)
            let file = world.folder.file("public/key.pub")
            let generator = "{type: key_pair, algorithm: \(algorithm), public_file: \(file)}"
            try await world.schedule(
                "signing",
                every: "30d",
                options: ["--generator", generator, "--min-interval", "0s"]
            )
            try await world.withDaemon { _ async throws in
                for _ in 0..<2 {
                    try await world.expect(0, "rotate-now", "signing", "--wait")
                    #expect(try await Self.isPublicHalf(of: world.hub.value(of: "signing"), file))
                }
                world.hub.inject([SandboxFault(.status(400), method: "PATCH")])
                try await world.expect(1, "rotate-now", "signing", "--wait")
                #expect(try await Self.isPublicHalf(of: world.hub.value(of: "signing"), file))
            }
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.posixPermissions] as? Int == 0o644)
        }
    }

    /// Parked, the public half decides which private key is of use; a person says which one the hub has.
    @Test func parkedKeyPairIsWithdrawnByDecision() async throws {
        try await World.with(hub: "late_hold: 1s") { world in
            try Self.allowPublicFiles(world)
            let file = world.folder.file("public/key.pub")
            let generator = "{type: key_pair, public_file: \(file)}"
            try await world.schedule(
                "signing",
                every: "30d",
                options: ["--generator", generator, "--min-interval", "0s"]
            )
            try await world.withDaemon { _ async throws in
                try await world.expect(0, "rotate-now", "signing", "--wait")
                world.hub.inject([
                    SandboxFault(.dropBefore, method: "PATCH"), SandboxFault(.status(400), method: "PATCH"),
                ])
                try await world.expect(1, "rotate-now", "signing", "--wait")
                #expect(try await !Self.isPublicHalf(of: world.hub.value(of: "signing"), file))
                let open = try await world.run("rotation", "list", "--open", "--json").objects.first
                let id = try #require(open?["rotation"] as? String)
                try await eventually("it is taken") {
                    try await world.run("rotation", "abandon", id, "--withdraw", "--reason", "old").status == 0
                }
                try await world.untilNothingIsOpen()
                #expect(try await Self.isPublicHalf(of: world.hub.value(of: "signing"), file))
            }
        }
    }

    /// The daemon itself refuses what another configuration than its own allows, and what was saved before.
    @Test func publicFileOutsideIsRefusedByTheDaemonAndAtRunTime() async throws {
        try await World.with { world in
            let config = try world.folder.read("config.yaml").replacing(
                "cycle_delays: [200ms]",
                with: "cycle_delays: [1h]"
            )
            try world.folder.write(config, to: "config.yaml")
            try Self.allowPublicFiles(world)
            let allowing = try world.folder.read("config.yaml")
            let generator = "{type: key_pair, public_file: \(world.folder.file("public/key.pub"))}"
            try await Self.schedule("signing", generator, world)
            world.hub.create("other", value: "by hand")
            // The daemon's configuration allows nothing; that of the command does.
            try world.folder.write(config, to: "config.yaml")
            try world.folder.write(allowing, to: "allowing.yaml")
            let file = "schedules: [{secret: other, every: 30d, generator: \(generator)}]\n"
            try world.folder.write(file, to: "s.yaml")
            let refusal = "is below none of generators.public_folders"
            try await world.withDaemon { _ async throws in
                for arguments in [
                    ["schedule", "add", "other", "--every", "30d", "--generator", generator],
                    ["schedule", "edit", "signing", "--generator", generator],
                    ["schedule", "apply", "-f", world.folder.file("s.yaml")],
                ] {
                    let all = ["--config", world.folder.file("allowing.yaml")] + arguments
                    let outcome = try await Program.run(all)
                    #expect(outcome.status == 64 && outcome.errors.contains(refusal), "\(outcome.errors)")
                }
                let checked = try await world.run("check")
                #expect(checked.status == 1 && checked.output.contains(refusal), "\(checked.output)")
                try await world.expect(1, "rotate-now", "signing", "--wait")
                #expect(world.patches("signing").isEmpty)
                // With the folder in force it goes on.
                try world.folder.write(allowing, to: "config.yaml")
                try await world.expect(0, "check")
            }
            #expect(try world.folder.read("daemon.log").contains(refusal))
            #expect(!FileManager.default.fileExists(atPath: world.folder.file("public/key.pub")))
        }
    }

    @Test func templateIsFilledAnewEachTime() async throws {
        try await World.with { world in
            let generator = """
                {type: template, format: json, template: '{"user":"svc","password":"{{password}}","pin":"{{pin}}"}',
                parts: {pin: {type: password, length: 8, classes: {digit: 8}}}}
                """
            try await Self.schedule("smtp", generator, world)
            var seen: Set<String> = []
            try await world.withDaemon { _ async throws in
                for _ in 0..<2 { try await world.expect(0, "rotate-now", "smtp", "--wait") }
            }
            for patch in world.patches("smtp") {
                let data = Data((patch.value ?? "").utf8)
                let fields = try #require(try JSONSerialization.jsonObject(with: data) as? [String: String])
                #expect(Set(fields.keys) == ["user", "password", "pin"] && fields["user"] == "svc")
                #expect(fields["password"]?.count == 32 && fields["pin"]?.wholeMatch(of: /[0-9]{8}/) != nil)
                seen.insert(fields["password"] ?? "")
            }
            #expect(seen.count == 2)
        }
    }
}
