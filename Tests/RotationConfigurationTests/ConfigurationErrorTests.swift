import TestSupport
import Testing

@testable import RotationConfiguration

/// What is wrong with a configuration is said with its place, and with what to do.
struct ConfigurationErrorTests {
    /// A line that is added to the file, and what is said of it; the line is the file's eighth.
    static let lines: [(line: String, complaint: String)] = [
        ("databse: /x", "8:1: unknown key \"databse\"; did you mean database?"),
        ("colour: red", "8:1: unknown key \"colour\""),
        ("something_else: 1", "8:1: unknown key \"something_else\""),
        ("control: run/control.sock", "8:10: control: \"run/control.sock\" is no absolute path"),
        ("control: [a]", "8:10: control: expected absolute path"),
        ("retry: 5", "8:8: retry must be a mapping of keys to values"),
        ("retry: [a]", "8:8: retry must be a mapping of keys to values"),
        ("retry: {bse: 1s}", "8:9: unknown key \"bse\"; did you mean base?"),
        ("retry: {attempts: 0}", "8:19: attempts: \"0\" is no whole number from 1 to 100"),
        ("retry: {attempts: 101}", "8:19: attempts: \"101\" is no whole number from 1 to 100"),
        ("retry: {attempts: 3.5}", "8:19: attempts: \"3.5\" is no whole number from 1 to 100"),
        ("retry: {attempts: many}", "8:19: attempts: \"many\" is no whole number from 1 to 100"),
        ("retry: {base: 10m, cap: 1s}", "8:15: base: \"10m\" is no duration from 10ms to 1m" + forms),
        ("retry: {base: 2s, cap: 1s}", "8:24: cap: must not be shorter than base"),
        ("retry: {cap: 2d}", "8:14: cap: \"2d\" is no duration from 10ms to 1d" + forms),
        ("retry: {cap: 5}", "8:14: cap: \"5\" is no duration from 10ms to 1d" + forms),
        ("retry: {cap: 5 m}", "8:14: cap: \"5 m\" is no duration from 10ms to 1d" + forms),
        ("retry: {retry_after_cap: 0s}", "8:26: retry_after_cap: \"0s\" is no duration from 1s to 1d" + forms),
        ("retry: {cycle_delays: 5m}", "8:23: cycle_delays: expected a list, such as [first, second]"),
        ("retry: {cycle_delays: []}", "8:23: " + delays),
        ("retry: {cycle_delays: [5m, 0s]}", "8:23: " + delays),
        ("retry: {cycle_delays: [5m, soon]}", "8:23: " + delays),
        ("signals: {usr1: overdu}", "8:17: usr1: \"overdu\" is none of all, overdue, ignore; did you mean overdue?"),
        ("signals: {usr1: [all]}", "8:17: usr1: expected word"),
        ("signals: {usr2: all}", "8:11: unknown key \"usr2\"; did you mean usr1?"),
        ("metrics: {textfile: metrics.prom}", "8:21: textfile: \"metrics.prom\" is no absolute path"),
        ("log: {format: yaml}", "8:15: format: \"yaml\" is none of auto, journal, text, json"),
        (
            "log: {level: wanring}",
            "8:14: level: \"wanring\" is none of trace, debug, info, notice, warning, error, critical"
                + "; did you mean warning?"
        ),
        ("audit: {origin: a b}", "8:17: origin: \"a b\" is no name without spaces and without +"),
        ("audit: {origin: a+b}", "8:17: origin: \"a+b\" is no name without spaces and without +"),
        ("audit: {checkpoint_every: 0s}", "8:27: checkpoint_every: \"0s\" is no duration from 1s to 366d" + forms),
        ("audit: {checkpoint_file: a}", "8:26: checkpoint_file: \"a\" is no absolute path"),
        ("generators: {directory: ./g}", "8:25: directory: \"./g\" is no absolute path"),
        (
            "generators: {file_folders: [/a, b]}",
            "8:28: file_folders: expected a list, each a folder's absolute path, not /"
        ),
        ("generators: {file_folders: /}", "8:28: file_folders: \"/\" is no folder's absolute path, not /"),
    ]

    private static let forms = ", such as 500ms, 30s, 5m, 12h, 30d or 2w"
    private static let delays = "cycle_delays: expected durations of 10ms or more, such as [5m, 15m, 1h]"

    @Test(arguments: lines)
    func lineIsRefused(line: String, complaint: String) {
        #expect(complaints(configurationText(more: line)) == ["test.yaml:\(complaint)"])
    }

    /// A line that is added to the hub, and what is said of it; the line is the file's sixth.
    static let hubLines: [(line: String, complaint: String)] = [
        ("time_out: 5s", "6:5: unknown key \"time_out\"; did you mean timeout?"),
        ("rate: 5/s", "6:5: unknown key \"rate\""),
        ("timeout: 0s", "6:14: timeout: \"0s\" is no duration from 1s to 10m" + forms),
        ("timeout: 601s", "6:14: timeout: \"601s\" is no duration from 1s to 10m" + forms),
        ("timeout: {s: 5}", "6:14: timeout: expected duration from 1s to 10m" + forms),
        ("max_in_flight: 0", "6:20: max_in_flight: \"0\" is no whole number from 1 to 256"),
        ("max_in_flight: 257", "6:20: max_in_flight: \"257\" is no whole number from 1 to 256"),
        ("rate_limit: 10", "6:17: rate_limit: \"10\" is no rate such as 10/s, 30/m or 100/h"),
        ("rate_limit: 0/s", "6:17: rate_limit: \"0/s\" is no rate such as 10/s, 30/m or 100/h"),
        ("confirm: yes", "6:14: confirm: YAML readers differ on this word: write true or false, or write it in quotes"),
        ("confirm: \"yes\"", "6:14: confirm: \"yes\" is no truth value: use true or false"),
        ("timeout: 010", "6:14: timeout: a number that does not read back as it is written: write it in quotes"),
        ("max_in_flight: \"010\"", "6:20: max_in_flight: \"010\" is no whole number from 1 to 256"),
        ("audit_log: 1", "6:16: audit_log: \"1\" is no truth value: use true or false"),
        ("confirm: 1", "6:14: confirm: \"1\" is no truth value: use true or false"),
        ("context: \"\"", "6:14: context: \"\" is no printable text of a header field, or none"),
        ("context: \u{E4}", "6:14: context: \"\u{E4}\" is no printable text of a header field, or none"),
        ("context: None", "6:14: context: \"None\" is no printable text of a header field, or none"),
        ("context: ~", "4:5: \(withoutContext)"),
        ("ca_file: ca.pem", "6:14: ca_file: \"ca.pem\" is no absolute path"),
        ("socket: hub.sock", "6:13: socket: \"hub.sock\" is no absolute path"),
        (
            "socket: /\(String(repeating: "s", count: 107))",
            "6:13: socket: is longer than the 107 bytes that a socket's path may have"
        ),
    ]

    private static let withoutContext =
        "context is missing: without IB-Context the hub uses the caller's community account: "
        + "write context: ID, the organization's, or context: none"

    /// The certificate of a hub behind a socket can only be checked for a name.
    @Test func hubBehindASocketNeedsAName() {
        let address = configurationText(hub: "socket: /run/hub.sock")
            .replacing(#/url: .*/#, with: "url: https://192.0.2.1/api")
        #expect(complaints(address).contains { $0.contains("needs a url with a host name") })
        let name = configurationText(hub: "socket: /run/hub.sock")
            .replacing(#/url: .*/#, with: "url: https://hub.example/api")
        #expect(complaints(name) == [])
    }

    @Test(arguments: hubLines)
    func lineOfAHubIsRefused(line: String, complaint: String) {
        #expect(complaints(configurationText(hub: line)) == ["test.yaml:\(complaint)"])
    }

    @Test(arguments: [
        ("http://hub.example/api", "plain http would send the token unencrypted to hub.example: use https"),
        ("http://127.0.0.1.evil.com/", "plain http would send the token unencrypted to 127.0.0.1.evil.com: use https"),
        ("hub.example", "not a URL with a host, such as https://aihub.instabase.com/api"),
        ("ftp://hub.example", "must begin with https://"),
        ("https://u:p@hub.example", "must have no user, query or fragment"),
    ])
    func urlIsRefused(url: String, reason: String) {
        let text = configurationText().replacing("https://hub.example/api", with: url)
        #expect(complaints(text) == ["test.yaml:4:10: url: \(reason)"])
    }

    /// Four things in four places: all are said at once, each with its place.
    @Test func everythingIsSaidAtOnce() {
        let hub = "timeuot: 5s\nmax_in_flight: 999"
        let text = configurationText(hub: hub, more: "logs: {}\nlog: {level: loud}")
        #expect(
            complaints(text) == [
                "test.yaml:6:5: unknown key \"timeuot\"; did you mean timeout?",
                "test.yaml:7:20: max_in_flight: \"999\" is no whole number from 1 to 256",
                "test.yaml:10:1: unknown key \"logs\"; did you mean log?",
                "test.yaml:11:14: level: \"loud\" is none of trace, debug, info, notice, warning, error, critical",
            ]
        )
    }

    @Test(arguments: [
        ("log: {level: info}\nlog: {level: debug}", "duplicate key: log"),
        ("database: /other.db", "duplicate key: database"),
    ])
    func keyThatStandsTwiceIsRefused(more: String, message: String) {
        let found = complaints(configurationText(more: more))
        #expect(found.count == 1)
        #expect(found.allSatisfy { $0.hasPrefix("test.yaml:") && $0.hasSuffix(message) })
    }

    @Test(arguments: ["a: [", "a: b: c", "\tdatabase: /x", "a: \"", "- a\nb: c", "a: *b", "%"])
    func textThatIsNoYAMLIsRefusedWithItsPlace(text: String) {
        let found = complaints(text)
        #expect(found.count == 1)
        #expect(found.allSatisfy { $0.contains(#/^test\.yaml:\d+:\d+: not valid YAML: ./#) })
    }

    @Test(arguments: ["just text", "[a, b]", "5"])
    func fileThatIsNoMappingIsRefused(text: String) {
        #expect(complaints(text).first == "test.yaml:1:1: the file must be a mapping of keys to values")
    }

    @Test(arguments: ["", "\n\n", "# nothing\n", "---\n"])
    func emptyFileIsRefused(text: String) {
        #expect(!complaints(text).isEmpty)
    }

    @Test func issuesStandOnLinesOfTheirOwn() {
        let issue = ConfigurationError.Issue(source: "a", line: 1, column: 2, message: "m")
        let error = ConfigurationError(issues: [issue, .init(source: "b", line: nil, column: nil, message: "n")])
        #expect(error.description == "a:1:2: m\nb: n")
    }
}
