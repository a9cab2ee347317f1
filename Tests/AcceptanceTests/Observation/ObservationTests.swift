import Foundation
import SandboxHub
import TestSupport
import Testing

/// Metrics, health and status page of the real daemon.
@Suite(.timeLimit(.minutes(5)))
struct ObservationTests {
    private static func total(_ outcome: String) -> String {
        "secret_rotator_rotations_total{hub=\"local\",outcome=\"\(outcome)\",trigger=\"rotate_now\"}"
    }

    private static func attempts(_ outcome: String) -> String {
        "secret_rotator_attempts_total{hub=\"local\",outcome=\"\(outcome)\"}"
    }

    /// Counters and figures are those of the history, while rotations run and afterwards; the file follows.
    @Test func metricsAreThoseOfTheHistory() async throws {
        try await ObservedWorld.with { observed in
            let world = observed.world
            try await world.schedule("a", "b", "c", every: "30d")
            world.hub.inject([SandboxFault(.status(503), method: "PATCH"), SandboxFault(.dropAfter, method: "PATCH")])
            try await world.withDaemon { _ in
                async let rotated = world.run("rotate-now", "a", "b", "c", "--wait")
                var scrapes = 0
                repeat {
                    #expect(try await observed.get("metrics").hasSuffix("\n200"))
                    scrapes += 1
                } while try await observed.value(Self.total("succeeded")) != 3
                let outcome = try await rotated
                #expect(outcome.status == 0)
                #expect(scrapes >= 1)
                try await eventually("nothing is in flight") {
                    try await observed.value("secret_rotator_in_flight{hub=\"local\"}") == 0
                }
                #expect(try await observed.value(Self.attempts("delivered")) == 3)
                #expect(try await observed.value(Self.attempts("ambiguous")) == 2)
                #expect(try await observed.value(Self.total("failed")) == 0)
                #expect(try await observed.value("secret_rotator_rotation_duration_seconds_count{hub=\"local\"}") == 3)
                #expect(try await observed.value("secret_rotator_ready") == 1)
                let head = try await Oracle.sqlite(world.folder.file("rotator.db"), "SELECT max(seq) FROM audit_log")
                #expect(try await observed.value("secret_rotator_audit_seq") == Double(head))
                try await eventually("the file follows") {
                    let text = (try? String(contentsOfFile: observed.textfile, encoding: .utf8)) ?? ""
                    return ObservedWorld.value(Self.total("succeeded"), in: text) == 3
                        && ObservedWorld.value("secret_rotator_secrets{hub=\"local\",state=\"ok\"}", in: text) == 3
                }
            }
            let attributes = try FileManager.default.attributesOfItem(atPath: observed.textfile)
            #expect(attributes[.posixPermissions] as? Int == 0o644)
            #expect(try world.folder.contents().keys.allSatisfy { !$0.contains(".part") })
        }
    }

    @Test func healthAndReadinessAreThoseOfTheDaemon() async throws {
        try await ObservedWorld.with { observed in
            try await observed.world.withDaemon { daemon in
                #expect(try await observed.get("healthz") == "ok\n200")
                #expect(try await observed.get("readyz") == "ready\n200")
                #expect(try await observed.get("", "-H 'Host: evil.example'").hasSuffix("\n421"))
                #expect(try await observed.get("", "-X POST").hasSuffix("\n405"))
                // The database is gone: the daemon lives, and is not ready.
                let database = observed.world.folder.file("rotator.db")
                try FileManager.default.moveItem(atPath: database, toPath: database + ".gone")
                try await eventually("it is not ready") { try await observed.get("readyz") == "replaced\n503" }
                #expect(try await observed.get("metrics").contains("secret_rotator_ready 0\n"))
                try FileManager.default.moveItem(atPath: database + ".gone", toPath: database)
                try await eventually("it is ready again") { try await observed.get("readyz") == "ready\n200" }
                // Other metrics need a restart.
                let text = try observed.world.folder.read("config.yaml")
                try observed.world.folder.write(
                    text.replacing("secret_rotator.prom", with: "x.prom"),
                    to: "config.yaml"
                )
                daemon.send(SIGHUP)
                try await eventually("the change is refused") {
                    try observed.world.log.contains("keys.staging, log, metrics: a change needs a restart")
                }
            }
        }
    }

    /// Neither the listener nor the file says a value or the token.
    @Test func noValueAndNoTokenIsShown() async throws {
        try await ObservedWorld.with { observed in
            let world = observed.world
            try await world.schedule("a", "b", "c", every: "30d")
            try await world.schedule("d", every: "30d", options: ["--generator", "token"])
            world.hub.inject([SandboxFault(.status(503), method: "PATCH"), SandboxFault(.status(400), method: "PATCH")])
            try await world.withDaemon { _ in
                try await world.expect(1, "rotate-now", "a", "b", "c", "d", "--wait")
                try await eventually("the file is there") { FileManager.default.fileExists(atPath: observed.textfile) }
                var texts = [
                    try await observed.events(), try String(contentsOfFile: observed.textfile, encoding: .utf8),
                ]
                for path in ["", "metrics", "healthz", "readyz", "x"] { texts.append(try await observed.get(path)) }
                #expect(texts[0].contains("event: part") && texts[2].contains("local/"))
                let secrets = Set(world.hub.received.compactMap(\.value) + [world.token])
                #expect(secrets.count >= 4)
                let leaks = texts.indices.filter { index in secrets.contains { texts[index].contains($0) } }
                #expect(leaks == [])
                // The look itself can find something.
                #expect(secrets.contains { (texts[0] + $0).contains($0) })
            }
        }
    }

    /// Nothing listens and nothing is written unless it is configured.
    @Test func nothingIsServedByDefault() async throws {
        try await World.with { world in
            try await world.withDaemon { daemon in
                let sockets = try await Oracle.shell("ss -Hltnp | grep -c 'pid=\(daemon.pid),' || true")
                #expect(sockets == "0")
                #expect(try world.folder.contents().keys.allSatisfy { !$0.hasSuffix(".prom") })
            }
        }
    }

    /// A page with all that may be on it, and one of an idle daemon, in headless Chromium.
    @Test(
        .enabled("needs Debian's chromium, and playwright and axe-playwright-python from PyPI") {
            await BrowserCheck.isPossible
        }
    )
    func pageIsReadableInABrowser() async throws {
        try await ObservedWorld.with { observed in
            let world = observed.world
            try await world.withDaemon { _ in try await observed.look(name: "status-empty") }
            try await Self.fill(world)
            try await world.withDaemon { _ in
                let program = "'\(Program.path)' --config '\(world.folder.file("config.yaml"))'"
                let command = "\(program) rotate-now live_update --wait"
                try await observed.look(name: "status-full", live: command, expect: "live_update")
            }
        }
    }

    /// Two weeks of rotations, and a secret in each state.
    private static func fill(_ world: World) async throws {
        try await world.schedule("live_update", "db_password", "billing_api_token", "smtp_relay", every: "30d")
        try await world.schedule("vpn_key", "legacy_ftp_password_of_the_old_reporting_host", every: "7d")
        try await world.schedule("paused_one", every: "30d")
        try await world.expect(0, "schedule", "pause", "paused_one", "--reason", "change freeze")
        let day = Int64(86_400_000)
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        var sql = """
            UPDATE schedules SET max_age_ms = \(40 * day), anchor = \(now - 41 * day) WHERE alias = 'smtp_relay';
            UPDATE schedules SET failures = 3 WHERE alias = 'vpn_key';
            UPDATE schedules SET last_success = \(now - 3 * day) WHERE alias IN ('db_password', 'billing_api_token');

            """
        for number in 0..<160 {
            let ended = now - Int64(number) * 7_800_000
            let outcome = number % 23 == 7 ? "failed" : "succeeded"
            sql += """
                INSERT INTO rotations (id, hub, alias, "trigger", opened_at, generator, policy_hash, finish_after_ms, phase, outcome,
                    ended_at, closed_at)
                SELECT '01a05a43-fc00-7000-8000-\(String(100_000_000_000 + number))', hub, alias, 'schedule', \(ended - 1200),
                    generator, '', 0, 'closed', '\(outcome)', \(ended), \(ended)
                FROM schedules WHERE alias = 'db_password';

                """
        }
        try await world.change(world.folder.file("rotator.db"), sql)
    }
}

extension ObservedWorld {
    /// The value of a sample of `/metrics`; nil if there is none.
    func value(_ sample: String) async throws -> Double? {
        Self.value(sample, in: try await get("metrics"))
    }
}
