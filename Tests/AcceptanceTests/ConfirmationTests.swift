import SandboxHub
import TestSupport
import Testing

/// A 2xx that had no effect is no success: the old credential stays, and what the hub holds opens the system.
@Suite(.timeLimit(.minutes(5)), .enabled(if: World.plugInObstacle == nil, "\(World.plugInObstacle ?? "")"))
struct ConfirmationTests {
    private static let html = ["Content-Type": "text/html"]
    private static let page = "<html><body>We will be back soon</body></html>"

    /// What comes back in place of AI Hub's answer, without effect.
    private static let answers: [SandboxFault.Effect] = [
        .status(200, headers: html, body: page), .status(200, body: #"{"success":false}"#), .status(202, body: "{}"),
        .status(200, body: "{}"), .status(200, body: ""), .status(204, body: ""), .status(200, body: "[]"),
        .status(200, body: #"{"error":{"code":17}}"#), .status(201, body: #"{"status":"error"}"#),
    ]

    private static let hub = "rate_limit: 1000/s, confirm_timeout: 300ms"

    /// The same value is sent until the hub's list shows an update, and only then is the old credential retired.
    @Test(arguments: answers)
    func answerWithoutEffectIsNoSuccess(_ answer: SandboxFault.Effect) async throws {
        try await PlugInTests.with(hub: Self.hub) { world in
            world.hub.inject([SandboxFault(answer, method: "PATCH", alias: "db", times: 2)])
            try await world.withDaemon { _ async throws in
                let outcome = try await PlugInTests.rotate(world)
                #expect(outcome.status == 0, "\(outcome.errors)")
                try await world.untilNothingIsOpen()
            }
            try PlugInTests.expectAgreement(world)
            let patches = world.patches("db")
            #expect(patches.map(\.applied) == [false, false, true])
            #expect(Set(patches.map(\.value)).count == 1)
            #expect(try PlugInTests.steps(world) == ["generate", "install", "test", "finish"])
            let events = try await world.events("db")
            #expect(events.filter { $0 == "rotation.succeeded" }.count == 1)
            #expect(events.filter { $0 == "rotation.deferred" }.count == 2)
        }
    }

    /// A hub that answers 2xx for ever: `status` says so, nothing is retired, and a person's word ends it.
    @Test(arguments: [answers[0], answers[3]])
    func hubThatNeverTakesEffectIsAPersonsMatter(_ answer: SandboxFault.Effect) async throws {
        try await PlugInTests.with(hub: Self.hub + ", late_hold: 1s") { world in
            world.hub.inject([SandboxFault(answer, method: "PATCH", alias: "db", times: 10_000)])
            try await world.withDaemon { _ async throws in
                let request = try await world.run("rotate-now", "db")
                #expect(request.status == 0)
                try await eventually("status says so") {
                    let status = try await world.run("status", "--json").objects.first
                    let problems = status?["problems"] as? [[String: Any]] ?? []
                    return problems.contains { $0["kind"] as? String == "rotation_unconfirmed" }
                }
                let id = try #require(
                    try await world.run("rotation", "list", "--open", "--json").objects.first?["rotation"] as? String
                )
                // What is sent again and again is stopped first: a person looks at a hub that no longer changes.
                try await eventually("it is taken between two attempts") {
                    let first = try await world.run("rotation", "abandon", id, "--withdraw", "--reason", "looked")
                    // Its moment may be one of an attempt.
                    guard first.status != 1 || !first.errors.contains("an attempt is under way") else { return false }
                    #expect(first.status == 75 && first.errors.contains("nothing more is sent"), "\(first.errors)")
                    return true
                }
                try await eventually("it is taken") {
                    try await world.run("rotation", "abandon", id, "--withdraw", "--reason", "looked").status == 0
                }
                try await world.untilNothingIsOpen()
                let shown = try await world.run("rotation", "show", id, "--json").objects.first
                #expect(shown?["outcome"] as? String == "abandoned")
            }
            try PlugInTests.expectAgreement(world)
            #expect(try !PlugInTests.steps(world).contains("finish"))
            #expect(try await !world.events("db").contains("rotation.succeeded"))
        }
    }
}
