import Foundation
import SandboxHub
import TestSupport
import Testing

/// `rotation abandon --keep|--withdraw` of the real executable: the hub's value opens the system afterwards.
@Suite(.timeLimit(.minutes(5)), .enabled(if: World.plugInObstacle == nil, "\(World.plugInObstacle ?? "")"))
struct DecisionTests {
    /// A rotation is parked after the hub has taken its value, or has not; a person says so, and the daemon does the rest.
    @Test(arguments: [(true, "--keep", "finish"), (false, "--withdraw", "withdraw")])
    func decisionIsCarriedOut(isTaken: Bool, flag: String, step: String) async throws {
        try await PlugInTests.with(timeout: "20s", hub: "rate_limit: 1000/s, late_hold: 1s") { world in
            world.hub.inject([
                SandboxFault(isTaken ? .dropAfter : .dropBefore, method: "PATCH"),
                SandboxFault(.status(400), method: "PATCH"),
            ])
            try await world.withDaemon { _ async throws in
                #expect(try await PlugInTests.rotate(world).status == 1)
                let id = try #require(
                    try await world.run("rotation", "list", "--open", "--json").objects.first?["rotation"] as? String
                )
                let status = try await world.run("status")
                #expect(status.output.contains("rotation abandon \(id) --keep|--withdraw"))
                let bare = try await world.run("rotation", "abandon", id, "--reason", "x")
                #expect(bare.status == 64)
                #expect(bare.errors.contains("has installed a credential: say which value the hub has"))
                try await world.expect(64, "rotation", "abandon", id, "--keep", "--withdraw", "--reason", "x")
                // Until a request that may be on its way can't arrive any more, nothing is put back.
                try await eventually("it is taken") {
                    try await world.run("rotation", "abandon", id, flag, "--reason", "looked").status == 0
                }
                try await world.untilNothingIsOpen()
                let shown = try await world.run("rotation", "show", id, "--json").objects.first
                #expect(shown?["outcome"] as? String == "abandoned")
                #expect(shown?["decision"] as? String == String(flag.dropFirst(2)))
            }
            try PlugInTests.expectAgreement(world)
            #expect(try PlugInTests.steps(world).last == step)
            let events = try await world.events("db")
            #expect(events.filter { $0 == "rotation.decided" }.count == 1)
            #expect(events.filter { $0 == "rotation.abandoned" }.count == 1)
        }
    }

    /// What can't be put back is parked again, and told; mended by hand, it is ended without more ado.
    @Test func withdrawalThatFailsIsAPersonsAgain() async throws {
        try await PlugInTests.with(fault: "{withdraw: 1}", hub: "rate_limit: 1000/s, late_hold: 1s") { world in
            world.hub.inject([SandboxFault(.status(400), method: "PATCH")])
            try await world.withDaemon { _ async throws in
                #expect(try await PlugInTests.rotate(world).status == 1)
                let open = try #require(try await world.run("rotation", "list", "--open", "--json").objects.first)
                #expect(open["phase"] as? String == "parked")
                #expect(open["error"] as? String == "withdrawal")
                let id = try #require(open["rotation"] as? String)
                try world.folder.write("old", to: "state/system")
                try await world.expect(0, "rotation", "abandon", id, "--reason", "put back by hand")
                try await world.untilNothingIsOpen()
            }
            try PlugInTests.expectAgreement(world)
            let failed = try await world.audit().compactMap { $0["detail"] as? [String: Any] }
                .filter { $0["step"] as? String == "withdraw" && $0["outcome"] as? String == "failed" }
            #expect(failed.count == 1)
        }
    }

    /// A decision whose step can't be done yet: another one needs a word of its own, and the history names both.
    @Test func contradictoryDecisionIsRefused() async throws {
        try await PlugInTests.with(fault: "{withdraw: 75}", hub: "rate_limit: 1000/s, late_hold: 1s") { world in
            world.hub.inject([
                SandboxFault(.dropAfter, method: "PATCH"), SandboxFault(.status(400), method: "PATCH"),
            ])
            try await world.withDaemon { _ async throws in
                #expect(try await PlugInTests.rotate(world).status == 1)
                let open = try await world.run("rotation", "list", "--open", "--json").objects.first
                let id = try #require(open?["rotation"] as? String)
                let abandon = { (flags: [String]) in
                    try await world.run(["rotation", "abandon", id, "--reason", "looked"] + flags)
                }
                try await eventually("it is taken") { try await abandon(["--withdraw"]).status == 0 }
                let table = try await world.run("rotation", "list", "--open").output
                #expect(table.contains("abandoning (withdraw)"))
                let refused = try await abandon(["--keep"])
                #expect(refused.status == 64)
                #expect(refused.errors.contains("is decided already: --withdraw"))
                #expect(try await abandon(["--keep", "--replace-decision"]).status == 0)
                try await world.untilNothingIsOpen()
            }
            try PlugInTests.expectAgreement(world)
            let decided = try await world.audit().filter { $0["event"] as? String == "rotation.decided" }
                .compactMap { $0["detail"] as? [String: Any] }
            #expect(decided.map { $0["decision"] as? String } == ["withdraw", "keep"])
            #expect(decided.map { $0["replaces"] as? String } == [nil, "withdraw"])
            #expect(try PlugInTests.steps(world).last == "finish")
        }
    }

    /// A `finish` that fails leaves the old credential valid: a problem until it is done, or a person says otherwise.
    @Test(arguments: [true, false])
    func finishThatFailsIsAProblem(isMended: Bool) async throws {
        try await PlugInTests.with(fault: "{finish: 3}") { world in
            try await world.withDaemon { _ async throws in
                let rotated = try await PlugInTests.rotate(world)
                #expect(rotated.status == 1)
                #expect(
                    rotated.output.contains(
                        "succeeded, but the old credential is not retired: generator: finish exited with 3"
                    )
                )
                let status = try await world.run("status", "--json")
                #expect(status.status == 1)
                let problems = status.objects.first?["problems"] as? [[String: Any]] ?? []
                #expect(problems.map { $0["kind"] as? String } == ["finish_failed"])
                let open = try await world.run("rotation", "list", "--open", "--json").objects.first
                let id = try #require(open?["rotation"] as? String)
                if isMended {
                    let fixed = try world.folder.read("generators/system").replacing(
                        "isinstance(fault, int)",
                        with: "False"
                    )
                    try world.folder.write(fixed, to: "generators/system")
                    chmod(world.folder.file("generators/system"), 0o755)
                } else {
                    try await world.expect(1, "rotation", "abandon", id, "--withdraw", "--reason", "x")
                    try await world.expect(0, "rotation", "abandon", id, "--reason", "retired by hand")
                }
                try await world.untilNothingIsOpen()
                try await world.expect(0, "status")
            }
            try PlugInTests.expectAgreement(world)
            let events = try await world.events("db")
            #expect(events.filter { $0 == "rotation.succeeded" }.count == 1)
            #expect(events.contains("rotation.decided") == !isMended)
        }
    }
}
