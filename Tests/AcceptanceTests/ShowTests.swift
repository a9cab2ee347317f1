import Foundation
import SandboxHub
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ShowTests {
    @Test func rotationIsShownWithItsAttempts() async throws {
        try await World.with { world in
            try await world.schedule("seen", every: "30d", options: ["--owner", "payments"])
            world.hub.inject([SandboxFault(.status(503), method: "PATCH")])
            try await world.withDaemon { _ in try await world.expect(0, "rotate-now", "seen", "--wait") }
            let id = try #require(
                try await world.run("rotation", "list", "--json").objects.first?["rotation"] as? String
            )
            let shown = try await world.run("rotation", "show", id, "--json").objects.first
            let attempts = try #require(shown?["attempt_list"] as? [[String: Any]])
            #expect(attempts.compactMap { $0["outcome"] as? String } == ["ambiguous", "delivered"])
            #expect(attempts.compactMap { $0["status"] as? Int } == [503, 200])
            let table = try await world.run("rotation", "show", id).output
            #expect(table.contains("ambiguous") && table.contains("unavailable"))
            let schedule = try await world.run("schedule", "show", "seen").output
            #expect(schedule.contains("owner             payments"))
            #expect(schedule.contains("207 bits"))
            #expect(schedule.contains(id))
        }
    }

    @Test func auditEntryIsShownAsItStands() async throws {
        try await World.with { world in
            try await world.schedule("told", every: "30d")
            let line = try await world.run("audit", "list", "--json").output
            #expect(try await world.run("audit", "show", "1", "--json").output == line)
            #expect(try await world.run("audit", "show", "1").output.contains("\"event\" : \"schedule.added\""))
        }
    }

    private static let missing: [([String], Int32)] = [
        (["audit", "show", "99"], 1), (["schedule", "show", "missing"], 66), (["rotation", "show", "x"], 64),
        (["rotation", "show", "01a2097c-4375-74b4-90c7-3930dcb94f8c"], 1),
    ]

    @Test(arguments: missing)
    func whatIsNotThereIsSaidSo(_ arguments: [String], _ status: Int32) async throws {
        try await World.with { world in
            try await world.schedule("present", every: "30d")
            let outcome = try await Program.run(["--config", world.folder.file("config.yaml")] + arguments)
            #expect(outcome.status == status, "\(outcome.errors)")
            #expect(outcome.output.isEmpty)
        }
    }

    @Test func generatorIsTriedAndItsValueShownOnlyIfAskedFor() async throws {
        let quiet = try await Program.run(["generate", "--type", "{type: password, length: 12, classes: {digit: 12}}"])
        #expect(quiet.status == 1)
        #expect(quiet.output.isEmpty)
        #expect(quiet.errors == "password: 39 bits of entropy; below 40 it can be guessed\n")
        let shown = try await Program.run(["generate", "--type", "token", "--reveal"])
        #expect(shown.output.count == 44)
        #expect(shown.errors == "token: 256 bits of entropy\n")
        #expect(try await Program.run(["generate", "--type", "pin"]).status == 64)
        #expect(try await Program.run(["generate"]).status == 64)
    }
}
