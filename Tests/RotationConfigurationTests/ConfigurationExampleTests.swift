import Foundation
import Logging
import RotationCore
import TestSupport
import Testing
import ValueGenerators

@testable import RotationConfiguration

/// The example of the design, and what a configuration has that says nothing.
struct ConfigurationExampleTests {
    private static let example = """
        database: /var/lib/secret-rotator/rotator.db
        control: /run/secret-rotator/control.sock
        hubs:
          production:
            url: https://aihub.instabase.com/api
            context: acme                      # IB-Context; required, or: none
            token: credential:aihub-token      # $CREDENTIALS_DIRECTORY/aihub-token; or file:/path. Never inline.
            timeout: 30s
            max_in_flight: 8
            rate_limit: 10/s                   # token bucket, burst = one second
            confirm: true                      # list before and after
            ca_file: /etc/ssl/private-ca.pem   # optional
        retry:
          base: 1s
          cap: 5m
          attempts: 8                          # in a cycle; then the cycle is put off
          cycle_delays: [5m, 15m, 30m, 1h, 2h, 4h, 6h]   # last one repeats
        keys:
          staging: credential:staging-key
          audit: credential:audit-key
        audit:
          origin: ops1.example.com/secret-rotator
          checkpoint_every: 1h
          checkpoint_file: /var/log/secret-rotator/checkpoints   # optional; ship it off the host
        signals: {usr1: all}
        metrics: {textfile: /var/lib/prometheus/node-exporter/secret_rotator.prom}
        log: {format: auto, level: info}       # auto: journal under systemd, text on a terminal, json otherwise
        generators: {directory: /etc/secret-rotator/generators, file_folders: [], public_folders: []}
        """

    @Test func designsExampleIsRead() throws {
        let configuration = try Configuration.parse(Self.example, path: file)
        #expect(configuration.path == file)
        #expect(configuration.database == "/var/lib/secret-rotator/rotator.db")
        #expect(configuration.control == "/run/secret-rotator/control.sock")
        #expect(configuration.retry == .standard)
        #expect(configuration.stagingKeys == [.credential("staging-key")])
        #expect(configuration.auditKey == .credential("audit-key"))
        #expect(configuration.audit.origin == "ops1.example.com/secret-rotator")
        #expect(configuration.audit.checkpointEvery == .seconds(3600))
        #expect(configuration.audit.checkpointFile == "/var/log/secret-rotator/checkpoints")
        #expect(configuration.usr1 == .all)
        let textfile = "/var/lib/prometheus/node-exporter/secret_rotator.prom"
        #expect(configuration.metrics == Configuration.Metrics(textfile: textfile))
        #expect(configuration.log == Configuration.Log(format: .auto, level: .info))
        #expect(configuration.generatorsDirectory == "/etc/secret-rotator/generators")
        #expect(configuration.generatorsUser == nil)
    }

    @Test func hubOfTheExampleIsRead() throws {
        let configuration = try Configuration.parse(Self.example, path: file)
        let hub = try #require(configuration.hubs["production"])
        #expect(configuration.hubs.count == 1)
        #expect(hub.endpoint.root == URL(string: "https://aihub.instabase.com/api"))
        #expect(hub.context == "acme")
        #expect(hub.token == .credential("aihub-token"))
        #expect(hub.timeout == .seconds(30))
        #expect(hub.maxInFlight == 8)
        #expect(hub.rateLimit == RequestRate("10/s"))
        #expect(hub.confirm)
        #expect(hub.confirmTimeout == .seconds(30))
        #expect(!hub.auditLog)
        #expect(hub.lateHold == .seconds(300))
        #expect(hub.certificateAuthorities == "/etc/ssl/private-ca.pem")
    }

    /// Values that differ from each default, so that a key which is read into the wrong place is seen.
    @Test func everyKeyCountsInItsPlace() throws {
        let hub = """
            context: "a b"
            timeout: 1s
            max_in_flight: 256
            rate_limit: 30/m
            confirm: false
            confirm_timeout: 7s
            audit_log: true
            """
        let more = """
            control: /c.sock
            retry: {base: 10ms, cap: 1d, attempts: 100, cycle_delays: [10ms, 2w], retry_after_cap: 1d}
            audit: {origin: o, checkpoint_every: 2h}
            signals: {usr1: overdue}
            log: {format: json, level: trace}
            generators: {directory: /g, user: nobody, file_folders: /f, public_folders: [/p, /q]}
            """
        let configuration = try Configuration.parse(configurationText(hub: hub, more: more), path: file)
        let production = try #require(configuration.hubs["production"])
        #expect(production.context == "a b")
        #expect(production.timeout == .seconds(1))
        #expect(production.maxInFlight == 256)
        #expect(production.rateLimit == RequestRate("30/m"))
        #expect(!production.confirm)
        #expect(production.confirmTimeout == .seconds(7))
        #expect(production.auditLog)
        #expect(configuration.control == "/c.sock")
        let delays = [Duration.milliseconds(10), .seconds(14 * 86_400)]
        #expect(
            configuration.retry
                == RetryPolicy(
                    base: .milliseconds(10),
                    cap: .seconds(86_400),
                    attempts: 100,
                    cycleDelays: delays,
                    retryAfterCap: .seconds(86_400)
                )
        )
        #expect(configuration.audit.origin == "o")
        #expect(configuration.audit.checkpointEvery == .seconds(7200))
        #expect(configuration.usr1 == .overdue)
        #expect(configuration.log == Configuration.Log(format: .json, level: .trace))
        #expect(configuration.generatorsDirectory == "/g")
        #expect(configuration.generatorsUser == PlugInUser(name: "nobody"))
        #expect(configuration.fileFolders == ["/f"] && configuration.publicFolders == ["/p", "/q"])
    }

    @Test(arguments: [
        "", "retry:\naudit:\nsignals:\nmetrics:\nlog:\ngenerators:\ncontrol:\n",
        "retry: {}\naudit: {}\nsignals: {}\nmetrics: {}\nlog: {}\ngenerators: {}\ncontrol: ~\n",
        "retry: {base: }\naudit: {origin: }\nsignals: {usr1: null}\nlog: {level: ~}\n",
    ])
    func whatIsNotSaidHasItsDefault(more: String) throws {
        let configuration = try Configuration.parse(configurationText(more: more), path: file)
        #expect(configuration.control == "/var/lib/control.sock")
        #expect(configuration.retry == .standard)
        #expect(configuration.auditKey == nil)
        let audit = Configuration.Audit(origin: nil, checkpointEvery: .seconds(3600), checkpointFile: nil)
        #expect(configuration.audit == audit)
        #expect(configuration.usr1 == .all)
        #expect(configuration.metrics.isOff)
        #expect(configuration.publicFolders.isEmpty)
        #expect(configuration.log == Configuration.Log(format: .auto, level: .info))
        #expect(configuration.generatorsDirectory == "/etc/secret-rotator/generators")
        #expect(configuration.generatorsUser == nil)
    }

    @Test func hubThatSaysLittleHasTheDefaults() throws {
        let configuration = try Configuration.parse(configurationText(), path: file)
        let expected = Configuration.Hub(
            endpoint: try HubEndpoint("https://hub.example/api"),
            context: nil,
            token: .credential("aihub-token"),
            timeout: .seconds(30),
            maxInFlight: 8,
            rateLimit: try #require(RequestRate("10/s")),
            confirm: true,
            confirmTimeout: .seconds(30),
            lateHold: .seconds(300),
            certificateAuthorities: nil
        )
        #expect(configuration.hubs == ["production": expected])
    }

    @Test func severalHubsAreKeptApart() throws {
        let text = """
            database: /d/r.db
            hubs:
              a: {url: "http://127.0.0.1:1/api", context: "x", token: "file:/a"}
              b-2_x: {url: "https://b.example", context: none, token: "credential:b", timeout: 5s}
            keys: {staging: "file:/k"}
            """
        let configuration = try Configuration.parse(text, path: file)
        #expect(configuration.hubs.keys.sorted() == ["a", "b-2_x"])
        #expect(configuration.hubs["a"]?.context == "x" && configuration.hubs["b-2_x"]?.context == nil)
        #expect(configuration.hubs["a"]?.token == .file("/a"))
        #expect(configuration.hubs["b-2_x"]?.timeout == .seconds(5))
        #expect(configuration.stagingKeys == [.file("/k")])
    }
}
