import Foundation
import SandboxHub
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct RotateNowTests {
    @Test func waitsForSuccess() async throws {
        try await World.with { world in
            try await world.schedule("wanted", every: "30d")
            try await world.withDaemon { _ in
                let outcome = try await world.run(
                    "rotate-now",
                    "wanted",
                    "--wait",
                    "--reason",
                    "leak",
                    "--ticket",
                    "S-1"
                )
                #expect(outcome.status == 0)
                #expect(outcome.output.hasPrefix("local/wanted: succeeded after 1 attempt, rotation "))
            }
            #expect(world.patches("wanted").count == 1)
            let requested = try await world.audit().first { $0["event"] as? String == "rotation.requested" }
            let detail = try #require(requested?["detail"] as? [String: Any])
            #expect(detail["reason"] as? String == "leak")
            #expect(detail["ticket"] as? String == "S-1")
            #expect((requested?["actor"] as? [String: Any])?["uid"] as? Int == Int(getuid()))
        }
    }

    @Test func survivesA503AndADroppedAnswerWithTheSameValue() async throws {
        try await World.with(timeout: "2s") { world in
            try await world.schedule("troubled", every: "30d")
            world.hub.inject([
                SandboxFault(.status(503), method: "PATCH"), SandboxFault(.dropAfter, method: "PATCH"),
                SandboxFault(.legacyError, method: "PATCH"), SandboxFault(.slow, method: "PATCH", delay: 2500),
            ])
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "troubled", "--wait")
            }
            // The hub is done with the slow one only after we have given up on it.
            try await eventually("all five were received") { world.patches("troubled").count >= 5 }
            let values = world.patches("troubled").map(\.value)
            #expect(values.count == 5)
            #expect(Set(values).count == 1)
            let isHeld = world.hub.value(of: "troubled") == values.first
            #expect(isHeld)
            let events = try await world.events("troubled")
            #expect(events.filter { $0 == "rotation.attempted" }.count == 5)
            #expect(events.filter { $0 == "rotation.succeeded" }.count == 1)
        }
    }

    @Test func definiteRefusalFailsAtOnceAndExitsWithOne() async throws {
        try await World.with { world in
            try await world.schedule("refused", every: "30d")
            world.hub.inject([SandboxFault(.status(400), method: "PATCH")])
            try await world.withDaemon { _ in
                let outcome = try await world.run("rotate-now", "refused", "--wait", "--json")
                #expect(outcome.status == 1)
                #expect(outcome.objects.first?["outcome"] as? String == "failed")
                #expect(outcome.objects.first?["error"] as? String == "rejected")
                try await world.expect(1, "status")
            }
            #expect(world.patches("refused").count == 1)
        }
    }

    @Test func redirectIsNotFollowed() async throws {
        try await World.with { world in
            try await world.schedule("moved", every: "30d")
            world.hub.inject([SandboxFault(.redirect("http://127.0.0.1:9/elsewhere"), method: "PATCH")])
            try await world.withDaemon { _ in
                try await world.expect(1, "rotate-now", "moved", "--wait")
            }
            #expect(world.patches("moved").count == 1)
        }
    }

    @Test func timesOutWith75AndTheRequestStays() async throws {
        try await World.with { world in
            try await world.schedule("late", every: "30d")
            world.hub.inject([SandboxFault(.status(503), method: "PATCH", times: 1000)])
            try await world.withDaemon { _ in
                let outcome = try await world.run("rotate-now", "late", "--wait", "--timeout", "1s")
                #expect(outcome.status == 75)
                world.hub.clearFaults()
                try await eventually("it succeeds later") {
                    try await world.events("late").contains("rotation.succeeded")
                }
            }
            #expect(Set(world.patches("late").map(\.value)).count == 1)
        }
    }

    @Test func requestJoinsAnOpenRotationAndAFreshOneComesAfterIt() async throws {
        try await World.with { world in
            try await world.schedule("joined", every: "30d")
            world.hub.inject([SandboxFault(.slow, method: "PATCH", delay: 6000)])
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "joined")
                try await eventually("it is open") {
                    try await !world.run("rotation", "list", "--open", "--json").objects.isEmpty
                }
                async let same = world.run("rotate-now", "joined", "--wait")
                async let fresh = world.run("rotate-now", "joined", "--fresh", "--wait")
                #expect(try await same.status == 0)
                #expect(try await fresh.status == 0)
            }
            #expect(Set(world.patches("joined").map(\.value)).count == 2)
            #expect(try await world.events("joined").filter { $0 == "rotation.succeeded" }.count == 2)
        }
    }

    @Test func parkedRotationEndsTheWaitAndIsEndedByAbandon() async throws {
        try await World.with { world in
            try await world.schedule("torn", every: "30d")
            world.hub.inject([
                SandboxFault(.status(503), method: "PATCH"), SandboxFault(.status(400), method: "PATCH"),
            ])
            try await world.withDaemon { _ in
                let outcome = try await world.run("rotate-now", "torn", "--wait", "--json")
                #expect(outcome.status == 1)
                let id = try #require(outcome.objects.first?["rotation"] as? String)
                let status = try await world.run("status")
                #expect(status.status == 1)
                #expect(status.output.contains("rotation abandon \(id)"))
                try await world.expect(0, "rotation", "abandon", id, "--reason", "the old one works")
                try await world.expect(1, "rotation", "abandon", id, "--reason", "again")
                try await world.untilNothingIsOpen()
                try await world.expect(0, "rotate-now", "torn", "--wait")
            }
            let abandoned = try await world.audit().first { $0["event"] as? String == "rotation.abandoned" }
            #expect((abandoned?["actor"] as? [String: Any])?["kind"] as? String == "user")
            #expect((abandoned?["detail"] as? [String: Any])?["reason"] as? String == "the old one works")
        }
    }

    @Test func requestThatWaitsForTheRateLimitIsNotSentAndDoesNotHoldUpTheEnd() async throws {
        try await World.with(hub: "rate_limit: 1/h, confirm: false") { world in
            try await world.schedule("first", "second", every: "30d")
            let start = ContinuousClock.now
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "--all")
                try await eventually("one is sent") { world.hub.received.count == 1 }
            }
            // One that waited would be cut off only by the daemon's grace of 40 s.
            #expect(ContinuousClock.now - start < .seconds(38))
            let attempts = "SELECT count(*) FROM attempts"
            #expect(try await Oracle.sqlite(world.folder.file("rotator.db"), attempts) == "1")
            let ambiguous = "SELECT count(*) FROM rotations WHERE is_ambiguous"
            #expect(try await Oracle.sqlite(world.folder.file("rotator.db"), ambiguous) == "0")
        }
    }

    @Test func withoutADaemonWaitingIsUnavailableAndQueuingIsDurable() async throws {
        try await World.with { world in
            try await world.schedule("queued", every: "30d")
            try await world.expect(69, "rotate-now", "queued", "--wait")
            #expect(try await world.events("queued") == ["schedule.added"])
            try await world.expect(0, "rotate-now", "queued")
            try await world.withDaemon { _ in
                try await eventually("it is served") { try await world.events("queued").contains("rotation.succeeded") }
            }
            #expect(world.patches("queued").count == 1)
        }
    }

    @Test(arguments: [["missing"], ["local/missing"], ["elsewhere/known"]])
    func unknownSecretExitsWith66AndChangesNothing(_ secrets: [String]) async throws {
        try await World.with { world in
            try await world.schedule("known", every: "30d")
            let outcome = try await world.run("rotate-now", secrets[0])
            #expect(outcome.status == 66)
            #expect(outcome.errors.hasPrefix("error: "))
            #expect(try await world.events() == ["schedule.added"])
        }
    }

    @Test func pausedSecretCanBeRotatedByNameAndIsLeftOutOfAll() async throws {
        try await World.with { world in
            try await world.schedule("resting", "active", every: "30d")
            try await world.run("schedule", "pause", "resting")
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "--all", "--wait")
                #expect(world.patches("resting").isEmpty)
                #expect(world.patches("active").count == 1)
                try await world.expect(0, "rotate-now", "resting", "--wait")
            }
            #expect(world.patches("resting").count == 1)
        }
    }
}
