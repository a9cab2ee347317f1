import Foundation
import Logging
import RotationDaemon
import Synchronization
import Testing

/// Log lines, exactly; a time is shown as TIME.
struct LineLogHandlerTests {
    /// Keeps what is written.
    private final class Lines: Sendable {
        private let kept = Mutex<[String]>([])

        var all: [String] { kept.withLock { $0 } }

        func append(_ line: String) {
            let time = #/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/#
            kept.withLock { $0.append(line.replacing(time, with: "TIME")) }
        }
    }

    private func lines(
        _ format: LineLogHandler.Format,
        level: Logger.Level = .trace,
        _ body: (inout Logger) -> Void
    ) -> [String] {
        let lines = Lines()
        var logger = Logger(label: "test") { _ in
            LineLogHandler(format: format, level: level) { lines.append($0) }
        }
        body(&logger)
        return lines.all
    }

    @Test(arguments: [
        (LineLogHandler.Format.journal, "<5>rotated alias=db_password attempt=2 hub=production\n"),
        (.text, "TIME notice rotated alias=db_password attempt=2 hub=production\n"),
        (
            .json,
            #"{"alias":"db_password","attempt":"2","hub":"production","level":"notice","message":"rotated","time":"TIME"}"#
                + "\n"
        ),
    ])
    func lineHasItsForm(format: LineLogHandler.Format, line: String) {
        let lines = lines(format) { logger in
            logger[metadataKey: "hub"] = "production"
            logger[metadataKey: "attempt"] = "1"
            logger.notice("rotated", metadata: ["attempt": "\(2)", "alias": "db_password"])
        }
        #expect(lines == [line])
    }

    /// The journal has the entry's own line.
    @Test func lineAboutAnEntryIsLeftOutOfRecords() {
        let log = { (format: LineLogHandler.Format) in
            lines(format) { logger in
                logger.info("rotated", metadata: ["event": "rotation.succeeded", "hub": "h"])
                logger.info("entry", metadata: ["event": "rotation.succeeded", "message_id": "0", "seq": "7"])
            }
        }
        #expect(log(.record).count == 1 && log(.record).allSatisfy { $0.hasPrefix("MESSAGE=entry seq=7\n") })
        #expect(log(.text) == ["TIME info rotated hub=h\n", "TIME info entry seq=7\n"])
        #expect(log(.journal) == ["<6>rotated hub=h\n", "<6>entry seq=7\n"])
        #expect(log(.json).first?.contains(#""event":"rotation.succeeded""#) == true)
    }

    @Test func journalHasSyslogsPriorities() {
        let lines = lines(.journal) { logger in
            for level in Logger.Level.allCases { logger.log(level: level, "m") }
        }
        #expect(lines == ["<7>m\n", "<7>m\n", "<6>m\n", "<5>m\n", "<4>m\n", "<3>m\n", "<2>m\n"])
    }

    @Test(arguments: Logger.Level.allCases)
    func levelsBelowItsOwnAreLeftOut(level: Logger.Level) {
        let lines = lines(.text, level: level) { logger in
            for each in Logger.Level.allCases { logger.log(level: each, "m") }
        }
        #expect(lines == Logger.Level.allCases.filter { $0 >= level }.map { "TIME \($0.rawValue) m\n" })
    }

    /// A forged second line must not look like ours.
    @Test(arguments: [
        ("\n", #"\u{a}"#), ("\r", #"\u{d}"#), ("\r\n", #"\u{d}\u{a}"#), ("\u{B}", #"\u{b}"#), ("\u{C}", #"\u{c}"#),
        ("\u{85}", #"\u{85}"#), ("\u{2028}", #"\u{2028}"#), ("\u{2029}", #"\u{2029}"#),
    ])
    func messageStaysOnItsLine(newline: String, shown: String) {
        let message = "a\(newline)<0>b"
        #expect(lines(.journal) { $0.info("\(message)") } == ["<6>a\(shown)<0>b\n"])
        #expect(lines(.text) { $0.info("\(message)") } == ["TIME info a\(shown)<0>b\n"])
        let json = lines(.json) { $0.info("\(message)") }
        #expect(json.count == 1)
        #expect(json.allSatisfy { $0.filter { $0 == "\n" || $0 == "\r\n" }.count == 1 })
    }

    @Test(arguments: [
        ("plain", "plain"), ("", #""""#), ("two words", #""two words""#), ("a\nb", #""a\nb""#), ("a\"b", #""a\"b""#),
        ("a\tb", #""a\tb""#), ("a=b", "a=b"), ("\u{E4}", "\u{E4}"),
        ("a\rb", #""a\rb""#),
    ])
    func fieldThatIsNoWordIsQuoted(value: String, shown: String) {
        #expect(lines(.text) { $0.info("m", metadata: ["k": "\(value)"]) } == ["TIME info m k=\(shown)\n"])
        #expect(lines(.journal) { $0.info("m", metadata: ["k": "\(value)"]) } == ["<6>m k=\(shown)\n"])
    }

    @Test(arguments: ["\n", "\r", "\r\n", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}"])
    func fieldStaysOnItsLine(newline: String) {
        let lines = lines(.text) { $0.info("m", metadata: ["k": "a\(newline)b"]) }
        #expect(lines.map { $0.filter(\.isNewline).count } == [1])
    }

    /// A terminal obeys escape sequences: what a hub or a file says must not reach it as such.
    @Test(arguments: ["\u{1B}[2J", "a\u{8}b", "\u{9B}31m", "\u{7}", "\u{202E}cba", "a\u{2066}b", "\u{FEFF}x"])
    func terminalIsGivenNoOrders(text: String) {
        for format in [LineLogHandler.Format.journal, .text, .json] {
            let written = lines(format) { $0.info("m \(text)", metadata: ["k": "\(text)"]) }.joined()
            let orders = written.unicodeScalars.filter {
                [.control, .format].contains($0.properties.generalCategory) && $0 != "\n"
            }
            #expect(orders.isEmpty)
        }
    }

    @Test func ownFieldsCannotBeForged() {
        let lines = lines(.json) { $0.error("m", metadata: ["level": "info", "message": "x", "time": "y", "k": "v"]) }
        #expect(lines == [#"{"k":"v","level":"error","message":"m","time":"TIME"}"# + "\n"])
    }

    @Test func jsonIsReadBackExactly() throws {
        let text = "quote\" backslash\\ newline\n tab\t \u{1F511} \u{1} \u{7F} \u{9B} \u{202E} \u{E0041}"
        let lines = lines(.json) { $0.info("\(text)", metadata: ["k": "\(text)"]) }
        let line = try #require(lines.first)
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
        #expect(object?["message"] == text)
        #expect(object?["k"] == text)
    }
}
