import Foundation
import SandboxHub
import TestSupport
import Testing

/// Built-in generators within the real executable, as far as they do more than make a text.
@Suite(.timeLimit(.minutes(2)))
struct BuiltInGeneratorTests {
    /// Has a secret rotate by a generator, on demand as often as a test likes.
    private static func schedule(_ alias: String, _ generator: String, _ world: World) async throws {
        try await world.schedule(alias, every: "30d", options: ["--generator", generator, "--min-interval", "0s"])
    }

    /// Whether a file holds the public half of a private key, by openssl.
    private static func isPublicHalf(of key: String?, _ file: String) async throws -> Bool {
        let script = """
            import subprocess, sys
            half = subprocess.run(['openssl', 'pkey', '-pubout'], input=sys.argv[1].encode(), capture_output=True).stdout
            print(half.split() == open(sys.argv[2], 'rb').read().split() and half != b'')
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
            let file = world.folder.file("key.pub")
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
        try await World.with(timeout: "1s") { world in
            let file = world.folder.file("key.pub")
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
