import Testing

@testable import RotationDaemon

/// What is wrong with a configuration is said with its place, and with what to do.
struct ConfigurationErrorTests {
    /// A line that is added to the file, and what is said of it; the line is the file's seventh.
    static let lines: [(line: String, complaint: String)] = [
        ("databse: /x", "7:1: unknown key \"databse\"; did you mean database?"),
        ("colour: red", "7:1: unknown key \"colour\""),
        ("something_else: 1", "7:1: unknown key \"something_else\""),
        ("control: run/control.sock", "7:10: control: \"run/control.sock\" is no absolute path"),
        ("control: [a]", "7:10: control: expected absolute path"),
        ("retry: 5", "7:8: retry must be a mapping of keys to values"),
        ("retry: [a]", "7:8: retry must be a mapping of keys to values"),
        ("retry: {bse: 1s}", "7:9: unknown key \"bse\"; did you mean base?"),
        ("retry: {attempts: 0}", "7:19: attempts: \"0\" is no whole number from 1 to 100"),
        ("retry: {attempts: 101}", "7:19: attempts: \"101\" is no whole number from 1 to 100"),
        ("retry: {attempts: 3.5}", "7:19: attempts: \"3.5\" is no whole number from 1 to 100"),
        ("retry: {attempts: many}", "7:19: attempts: \"many\" is no whole number from 1 to 100"),
        ("retry: {base: 10m, cap: 1s}", "7:15: base: \"10m\" is no duration from 10ms to 1m" + forms),
        ("retry: {base: 2s, cap: 1s}", "7:24: cap: must not be shorter than base"),
        ("retry: {cap: 2d}", "7:14: cap: \"2d\" is no duration from 10ms to 1d" + forms),
        ("retry: {cap: 5}", "7:14: cap: \"5\" is no duration from 10ms to 1d" + forms),
        ("retry: {cap: 5 m}", "7:14: cap: \"5 m\" is no duration from 10ms to 1d" + forms),
        ("retry: {cycle_delays: 5m}", "7:23: cycle_delays: expected a list, such as [first, second]"),
        ("retry: {cycle_delays: []}", "7:23: " + delays),
        ("retry: {cycle_delays: [5m, 0s]}", "7:23: " + delays),
        ("retry: {cycle_delays: [5m, soon]}", "7:23: " + delays),
        ("signals: {usr1: overdu}", "7:17: usr1: \"overdu\" is none of all, overdue, ignore; did you mean overdue?"),
        ("signals: {usr1: [all]}", "7:17: usr1: expected word"),
        ("signals: {usr2: all}", "7:11: unknown key \"usr2\"; did you mean usr1?"),
        ("metrics: {textfile: metrics.prom}", "7:21: textfile: \"metrics.prom\" is no absolute path"),
        ("log: {format: yaml}", "7:15: format: \"yaml\" is none of auto, journal, text, json"),
        (
            "log: {level: wanring}",
            "7:14: level: \"wanring\" is none of trace, debug, info, notice, warning, error, critical"
                + "; did you mean warning?"
        ),
        ("audit: {origin: a b}", "7:17: origin: \"a b\" is no name without spaces and without +"),
        ("audit: {origin: a+b}", "7:17: origin: \"a+b\" is no name without spaces and without +"),
        ("audit: {checkpoint_every: 0s}", "7:27: checkpoint_every: \"0s\" is no duration from 1s to 366d" + forms),
        ("audit: {checkpoint_file: a}", "7:26: checkpoint_file: \"a\" is no absolute path"),
        ("generators: {directory: ./g}", "7:25: directory: \"./g\" is no absolute path"),
        (
            "generators: {file_folders: [/a, b]}",
            "7:28: file_folders: expected a list, each a folder's absolute path, not /"
        ),
        ("generators: {file_folders: /}", "7:28: file_folders: \"/\" is no folder's absolute path, not /"),
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
        ("confirm: 1", "6:14: confirm: \"1\" is no truth value: use true or false"),
        ("context: \"\"", "6:14: context: \"\" is no printable text of a header field"),
        ("context: \u{E4}", "6:14: context: \"\u{E4}\" is no printable text of a header field"),
        ("ca_file: ca.pem", "6:14: ca_file: \"ca.pem\" is no absolute path"),
    ]

    @Test(arguments: hubLines)
    func lineOfAHubIsRefused(line: String, complaint: String) {
        #expect(complaints(configurationText(hub: line)) == ["test.yaml:\(complaint)"])
    }

    @Test(arguments: [
        ("http://hub.example/api", "plain http would send the token readable to hub.example: use https"),
        ("http://127.0.0.1.evil.com/", "plain http would send the token readable to 127.0.0.1.evil.com: use https"),
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
                "test.yaml:9:1: unknown key \"logs\"; did you mean log?",
                "test.yaml:10:14: level: \"loud\" is none of trace, debug, info, notice, warning, error, critical",
            ]
        )
    }

    @Test(arguments: [
        ("log: {level: info}\nlog: {level: debug}", "stands twice: log"),
        ("database: /other.db", "stands twice: database"),
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
