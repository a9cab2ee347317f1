import Foundation
import SandboxHub
import TestSupport
import Testing

/// A hub that asks to slow down, and requests that do not wait.
@Suite(.timeLimit(.minutes(5)))
struct HubPauseTests {
    private static func setRetry(_ retry: String, _ world: World) throws {
        let lines = try world.folder.read("config.yaml").split(separator: "\n", omittingEmptySubsequences: false)
        let text = lines.map { $0.hasPrefix("retry:") ? "retry: \(retry)" : String($0) }.joined(separator: "\n")
        try world.folder.write(text, to: "config.yaml")
    }

    private static func hub(_ world: World) async throws -> [String: Any] {
        try await world.run("hub", "list", "--json").objects.first ?? [:]
    }

    private static func state(_ world: World) async throws -> String? { try await hub(world)["state"] as? String }

    private static func seconds(_ hub: [String: Any], from start: String, to end: String) throws -> Double {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let from = try style.parse(try #require(hub[start] as? String))
        return try style.parse(try #require(hub[end] as? String)).timeIntervalSince(from)
    }

    /// The hub is not asked forty times: the first signal that finds a rotation waiting brings its try forward, and the
    /// wait after that stands.
    @Test func fortySignalsDoNotBypassTheBackOff() async throws {
        try await World.with { world in
            let aliases = ["a", "b", "c"]
            try Self.setRetry("{base: 1s, cap: 1h, attempts: 1, cycle_delays: [1h]}", world)
            try await world.schedule("a", "b", "c", "last", every: "30d")
            try await world.run("schedule", "pause", "last")
            for alias in aliases {
                world.hub.inject([SandboxFault(.status(503), method: "PATCH", alias: alias, times: 1000)])
            }
            let database = world.folder.file("rotator.db")
            let waits = """
                SELECT (SELECT count(*) FROM audit_entries WHERE event = 'rotation.requested'),
                    (SELECT count(*) FROM rotations WHERE closed_at IS NULL
                        AND next_step_at > 1000 * (strftime('%s', 'now') + 60))
                """
            try await world.withDaemon { daemon in
                for number in 1...40 {
                    daemon.send(SIGUSR1)
                    try await eventually("signal \(number) is taken in, and each rotation waits again") {
                        try await Oracle.sqlite(database, waits) == "\(3 * number)|3"
                    }
                }
                // The engine has looked after the last signal.
                try await world.expect(0, "rotate-now", "last", "--wait")
            }
            for alias in aliases { #expect(world.patches(alias).count == 2, "\(alias)") }
        }
    }

    @Test func pauseOfADayIsCappedAndLiftedByHand() async throws {
        try await World.with { world in
            try await world.schedule("a", every: "30d")
            let fault = SandboxFault.Effect.status(429, headers: ["Retry-After": "86400"])
            world.hub.inject([SandboxFault(fault, method: "PATCH")])
            #expect(try await Self.state(world) == "available")
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "a")
                try await eventually("the hub is paused") { try await Self.state(world) == "paused" }
                let hub = try await Self.hub(world)
                #expect(try Self.seconds(hub, from: "since", to: "until") == 3600)
                #expect(hub["hub"] as? String == "local" && hub["reason"] as? String == "throttled")
                #expect(hub["next_probe"] as? String == hub["until"] as? String)
                let refused = try await world.run("hub", "resume", "elsewhere", "--reason", "x")
                #expect(refused.status == 66 && refused.errors.contains("it has local"))
                let resumed = try await world.run("hub", "resume", "local", "--reason", "the limit was raised")
                #expect(resumed.status == 0 && resumed.output.contains("local: resumed, it was paused until"))
                try await eventually("it succeeds") { try await world.events("a").contains("rotation.succeeded") }
                try await eventually("the hub is available") { try await Self.state(world) == "available" }
                let again = try await world.run("hub", "resume", "local", "--reason", "x")
                #expect(again.status == 0 && again.output.contains("nothing was changed"))
            }
            #expect(world.patches("a").count == 2)
            try await Self.expectOneResumption(world)
        }
    }

    private static func expectOneResumption(_ world: World) async throws {
        let entries = try await world.audit().filter { $0["event"] as? String == "hub.resumed" }
        #expect(entries.count == 1)
        let entry = try #require(entries.first)
        #expect((entry["actor"] as? [String: Any])?["kind"] as? String == "user")
        let detail = entry["detail"] as? [String: Any]
        #expect(detail?["reason"] as? String == "the limit was raised" && detail?["state"] as? String == "paused")
    }

    /// Without a daemon the command does it itself; a restart alone does not end a pause.
    @Test func pauseOutlivesTheDaemonAndIsLiftedWithoutOne() async throws {
        try await World.with { world in
            try await world.schedule("a", every: "30d")
            let fault = SandboxFault.Effect.status(429, headers: ["Retry-After": "600"])
            world.hub.inject([SandboxFault(fault, method: "PATCH")])
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "a")
                try await eventually("the hub is paused") { try await Self.state(world) == "paused" }
            }
            let table = try await world.run("hub", "list").output
            #expect(table.contains("paused") && table.contains("NEXT PROBE"))
            // One that has lasted for long is a problem.
            for (earlier, isProblem) in [(0, false), (20 * 60_000, true)] {
                let script = """
                    import sqlite3, sys
                    connection = sqlite3.connect(sys.argv[1], isolation_level=None)
                    connection.execute('UPDATE hubs SET paused_since = paused_since - ?', [sys.argv[2]])
                    """
                _ = try await Oracle.python(script, world.folder.file("rotator.db"), "\(earlier)")
                let status = try await world.run("status", "--json")
                #expect(World.kinds(of: status).contains("hub_paused") == isProblem)
            }
            let resumed = try await world.run("hub", "resume", "local", "--reason", "the limit was raised")
            #expect(resumed.status == 0 && resumed.errors.contains("no daemon runs"))
            #expect(try await Self.state(world) == "half_open")
            try await world.withDaemon { _ in
                try await eventually("it succeeds") { try await world.events("a").contains("rotation.succeeded") }
            }
            try await Self.expectOneResumption(world)
        }
    }

    /// A configuration with a shorter cap ends pauses that are longer than it allows.
    @Test func shorterCapEndsAPause() async throws {
        try await World.with { world in
            try await world.schedule("a", every: "30d")
            let fault = SandboxFault.Effect.status(429, headers: ["Retry-After": "600"])
            world.hub.inject([SandboxFault(fault, method: "PATCH")])
            try await world.withDaemon { daemon in
                try await world.expect(0, "rotate-now", "a")
                try await eventually("the hub is paused") { try await Self.state(world) == "paused" }
                try Self.setRetry("{base: 50ms, cap: 200ms, cycle_delays: [200ms], retry_after_cap: 1s}", world)
                daemon.send(SIGHUP)
                try await eventually("the pause is over") { try await Self.state(world) != "paused" }
            }
        }
    }

    /// One list ends a pause, not the queue; pauses in a row double up to the cap.
    ///
    /// Without `confirm` each list is a probe.
    @Test func pausesEndWithOneListAndDoubleUpToTheCap() async throws {
        try await World.with(hub: "confirm: false") { world in
            try Self.setRetry("{base: 50ms, cap: 200ms, cycle_delays: [200ms], retry_after_cap: 3s}", world)
            try await world.schedule("a", "b", "c", "d", every: "30d")
            let throttled = SandboxFault.Effect.status(429, headers: ["Retry-After": "1"])
            world.hub.inject([
                SandboxFault(throttled, method: "PATCH"), SandboxFault(throttled, method: "GET", times: 2),
            ])
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "--all", "--wait")
            }
            let received = world.hub.received
            #expect(received.prefix(4).map(\.method) == ["PATCH", "GET", "GET", "GET"])
            #expect(received.count { $0.method == "GET" } == 3)
            #expect(received.count { $0.method == "PATCH" } == 5)
            let times = received.prefix(4).map(\.time)
            // 1 s, 2 s, and 3 s instead of 4: no sooner, however busy the machine is.
            for (index, least) in [1000, 2000, 3000].enumerated() {
                #expect(times[index + 1] - times[index] >= Int64(least), "pause \(index + 1)")
            }
        }
    }
}
