import Foundation
import SandboxHub
import TestSupport
import Testing

/// A real daemon that tells others about its history.
@Suite(.timeLimit(.minutes(5)))
struct NotificationTests {
    private static func configure(_ world: World, _ more: String) throws {
        try world.folder.write(world.folder.read("config.yaml") + more + "\n", to: "config.yaml")
    }

    private static func objects(_ world: World, _ file: String) throws -> [[String: Any]] {
        try world.folder.read(file).split(separator: "\n").compactMap { line in
            try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        }
    }

    /// The changes of all messages, as `open production/db`.
    private static func changes(_ world: World) throws -> [String] {
        guard FileManager.default.fileExists(atPath: world.folder.file("heard")) else { return [] }
        return try objects(world, "heard").flatMap { $0["changes"] as? [[String: Any]] ?? [] }.map { change in
            "\(change["state"] ?? "") \(change["kind"] ?? "") \(change["subject"] ?? "")"
        }
    }

    @Test func commandIsToldOfTheBeginningAndTheEndOnce() async throws {
        try await World.with { world in
            let command = "[/bin/sh, -c, 'cat >> \"$0\"', \"\(world.folder.file("heard"))\"]"
            try Self.configure(world, "notifications: [{name: pager, when: [failing], command: \(command)}]")
            // The hub does not have it.
            try await world.expect(0, "schedule", "add", "db", "--every", "30d")
            try await world.withDaemon { _ in
                try await world.expect(1, "rotate-now", "db", "--wait")
                try await eventually("the failure is told") { try Self.changes(world).count == 1 }
                try await eventually("that is kept") {
                    (try? world.folder.read("rotator.db.notifications"))?.contains("local/db") == true
                }
            }
            // A restart repeats nothing, whatever it takes up again.
            try await world.withDaemon { _ in
                try await world.expect(1, "rotate-now", "db", "--wait")
                #expect(try Self.changes(world) == ["open failing local/db"])
                world.hub.create("db", value: "by hand")
                try await world.expect(0, "rotate-now", "db", "--wait")
                try await eventually("its end is told") { try Self.changes(world).count == 2 }
            }
            #expect(try Self.changes(world) == ["open failing local/db", "resolved failing local/db"])
            let message = try #require(try Self.objects(world, "heard").first)
            #expect(message["notification"] as? String == "pager" && message["count"] as? Int == 1)
            #expect((message["text"] as? String)?.hasSuffix("local/db fails to rotate: failed once") == true)
        }
    }

    @Test func receiverThatHangsHoldsUpNoRotation() async throws {
        let server = WebhookServer { _ in .silence }
        try await server.serve { port in
            let extra = "notifications: [{name: chat, webhook: \"http://127.0.0.1:\(port)/x\"}]"
            try await World.with(extra: extra) { world in
                try await world.schedule("good", every: "30d")
                try await world.expect(0, "schedule", "add", "bad", "--every", "30d")
                let status = try await world.withDaemon { _ in
                    try await world.expect(1, "rotate-now", "bad", "--wait")
                    try await eventually("a message is on its way") { server.requests.count >= 1 }
                    let begun = ContinuousClock.now
                    for _ in 0..<5 { try await world.expect(0, "rotate-now", "good", "--wait") }
                    #expect(ContinuousClock.now - begun < .seconds(60))
                }
                #expect(status == 0)
                #expect(!server.requests.joined().contains(world.token))
            }
        }
    }

    @Test func webhookOverTLSIsTold() async throws {
        try await TemporaryFolder.with { folder in
            let certificate = try await Certificate(for: "IP:127.0.0.1", in: folder)
            let server = WebhookServer(tls: try certificate.serverContext())
            try await server.serve { port in
                let hook = "webhook: \"https://127.0.0.1:\(port)/x\", ca_file: \"\(certificate.certificateFile)\""
                try await World.with(extra: "notifications: [{name: chat, \(hook)}]") { world in
                    try await world.expect(0, "schedule", "add", "bad", "--every", "30d")
                    try await world.withDaemon { _ in
                        try await world.expect(1, "rotate-now", "bad", "--wait")
                        try await eventually("it is told") { server.bodies.joined().contains("local/bad") }
                    }
                }
            }
        }
    }

    @Test func heartbeatTouchesItsFileFromAReloadOn() async throws {
        try await World.with { world in
            let file = world.folder.file("alive")
            try await world.withDaemon { daemon in
                try Self.configure(world, "heartbeat: {file: \"\(file)\", every: 1s}")
                daemon.send(SIGHUP)
                try await eventually("the file is there") { FileManager.default.fileExists(atPath: file) }
                let old = Date(timeIntervalSince1970: 1000)
                try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: file)
                try await eventually("it is touched again") {
                    let time = try FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date
                    return time != old
                }
            }
        }
    }
}
