import RotationCore
import Testing

@testable import RotationDaemon

/// Entries as messages of RFC 5424.
struct SyslogMessageTests {
    /// The grammar of RFC 5424, section 6, for one element of structured data.
    private static var grammar: Regex<Match> {
        /<(\d{1,3})>1 (\S+) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) \[(\S{1,32}?)((?: [^ =\]"]{1,32}="(?:[^"\\\]]|\\["\\\]])*")*)\] (.*)/
            .dotMatchesNewlines()
    }

    private typealias Match = (
        Substring, Substring, Substring, Substring, Substring, Substring, Substring, Substring, Substring, Substring
    )

    private static func entry(_ event: String, _ more: [String: JSONValue] = [:]) -> String {
        let fields: [String: JSONValue] = [
            "actor": ["kind": "daemon"], "event": .string(event), "host": "ops1", "seq": 12,
            "time": "2026-11-26T15:00:00.123Z", "version": "1",
        ]
        return JSONValue.object(fields.merging(more) { $1 }).canonicalText
    }

    @Test func messageHasHeaderDataAndEntry() throws {
        let line = Self.entry(
            "rotation.succeeded",
            ["hub": "p", "alias": "db", "rotation": "r1", "trigger": "schedule", "detail": ["attempts": 2]]
        )
        let text = try #require(SyslogMessage.text(line: line))
        #expect(
            text == "<110>1 2026-11-26T15:00:00.123Z ops1 secret-rotator - rotation.succeeded "
                + "[secretRotator@32473 seq=\"12\" event=\"rotation.succeeded\" secret=\"p/db\" hub=\"p\" alias=\"db\" "
                + "rotation=\"r1\" trigger=\"schedule\" attempt=\"2\" actor=\"daemon\"] \(line)"
        )
        #expect(text.wholeMatch(of: Self.grammar) != nil)
    }

    @Test(arguments: [
        (AuditEventName.rotationAttempted, 111), (.rotationSucceeded, 110), (.daemonStarted, 109),
        (.rotationDeferred, 108),
        (.rotationFailed, 107), (.fenceLost, 106),
    ])
    func priorityIsFacility13AndTheEventsSeverity(event: AuditEventName, priority: Int) throws {
        let text = try #require(SyslogMessage.text(line: Self.entry(event.rawValue)))
        #expect(text.hasPrefix("<\(priority)>1 "))
    }

    @Test func eachEventFitsTheGrammar() throws {
        for event in AuditEventName.allCases {
            let text = try #require(SyslogMessage.text(line: Self.entry(event.rawValue)))
            let parts = try #require(text.wholeMatch(of: Self.grammar), "\(text)")
            #expect(parts.output.6 == event.rawValue)
        }
    }

    private static let values: [(String, String)] = [
        ("plain", "plain"), (#"a"b"#, #"a\"b"#), (#"a\b"#, #"a\\b"#), ("a]b", #"a\]b"#), (#"\]""#, #"\\\]\""#),
        ("[x y=\"z\"]", #"[x y=\"z\"\]"#), ("a\nb", #"a\\u{a}b"#), ("\u{E4}\u{1F511}", "\u{E4}\u{1F511}"), ("", ""),
    ]

    @Test(arguments: values)
    func valueIsEscaped(value: String, escaped: String) throws {
        let text = try #require(
            SyslogMessage.text(line: Self.entry("x", ["actor": ["kind": "user", "name": .string(value), "uid": 7]]))
        )
        #expect(text.contains(" user=\"\(escaped)\" uid=\"7\"]"), "\(text)")
        #expect(text.wholeMatch(of: Self.grammar)?.output.9.hasSuffix("}") == true, "\(text)")
    }

    @Test func textBeyondASCIIHasAByteOrderMark() throws {
        let line = Self.entry("x", ["alias": "\u{E4}"])
        let text = try #require(SyslogMessage.text(line: line))
        #expect(text.hasSuffix("] \u{FEFF}\(line)"))
    }

    /// A host's name that no syslog header may have.
    @Test(arguments: ["", "a b", "h\u{E4}", String(repeating: "h", count: 256)])
    func hostThatIsNoHeaderIsLeftOut(host: String) throws {
        let text = try #require(SyslogMessage.text(line: Self.entry("x", ["host": .string(host)])))
        #expect(text.hasPrefix("<110>1 2026-11-26T15:00:00.123Z - secret-rotator - x ["))
    }

    @Test func anotherLineIsNoEntry() {
        #expect(SyslogMessage.text(line: "{}") == nil && SyslogMessage.text(line: "x") == nil)
    }
}
