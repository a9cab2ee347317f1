import RotationConfiguration
import RotationCore
import Testing
import ValueGenerators

/// What YAML readers do not all read alike is refused, with its place; what they do is taken as it is written.
struct StrictYAMLTests {
    private static let number = "a number that does not read back as it is written: write it in quotes"
    private static let word = "YAML readers differ on this word: write true or false, or write it in quotes"

    static let numbers = [
        "05432", "0123", "00", "007", "-012", "+5", "+0", "-0", "1_000", "2024_01", "0x1F", "0X1f", "-0x1", "0o17",
        "0O17", "0b1", "0b1_0", "1e3", "1E3", "1e+3", "1.50", "1.0", "0.10", ".5", "-.5", "1.", "1._5", "1:30", "01:30",
        "190:20:30", "190:20:30.15", "-1:30", "52:54:00:12:34:56", ".inf", "-.inf", "+.Inf", ".INF", ".nan", ".NaN",
        "9223372036854775808", "-9223372036854775809", "123456789012345678901234567890", "1e400", "1e21", "1e+21",
        "0.1000000000000000055511151231257827", "1.5e0",
    ]
    static let words = [
        "yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF", "y", "Y", "n", "N", "True",
        "TRUE",
        "False", "FALSE",
    ]

    private func complaints(_ text: String) -> [String] {
        do throws(ConfigurationError) {
            _ = try YAMLText.compose(text, source: "s")
            return []
        } catch {
            return error.issues.map(\.description)
        }
    }

    /// In the place of a parameter, of a text, of an item, of an alias and of a key.
    @Test(arguments: numbers.map { ($0, number) } + words.map { ($0, word) })
    func ambiguousScalarIsRefused(text: String, reason: String) {
        #expect(complaints("{parameters: {port: \(text)}}") == ["s:1:21: port: \(reason)"])
        #expect(complaints("- owner: \(text)") == ["s:1:10: owner: \(reason)"])
        #expect(complaints("list:\n  - \(text)\n") == ["s:2:5: list: \(reason)"])
        #expect(complaints("- \(text)") == ["s:1:3: \(reason)"])
        #expect(complaints("a: &x \(text)\nb: *x\n").contains("s:1:4: a: \(reason)"))
        #expect(complaints("{\(text): a}") == ["s:1:2: \(text): as a key, \(reason)"])
    }

    /// Quoted, or within a text of more lines, it is what it is.
    @Test(arguments: numbers + words + ["null", "~", "<<", "true", "12", "1.5"])
    func quotedScalarIsAText(text: String) throws {
        for form in ["{p: \"\(text)\"}", "{p: '\(text)'}", "{p: !!str \(text)}", "p: |-\n  \(text)\n"] {
            #expect(complaints(form).isEmpty, "\(form)")
            #expect(try parameters(form) == ["p": .string(text)], "\(form)")
        }
    }

    @Test(arguments: [
        ("0", JSONValue.integer(0)), ("5432", 5432), ("-1", -1), ("9007199254740993", 9_007_199_254_740_993),
        ("9223372036854775807", .integer(.max)), ("1.5", .number(1.5)), ("-0.25", .number(-0.25)),
        ("0.1", .number(0.1)), ("1e-7", .number(1e-7)), ("true", true), ("false", false), ("null", .null),
        ("~", .null), ("Null", .null), ("", .null), ("2026-04-01", "2026-04-01"),
        ("2026-04-01T12:00:00Z", "2026-04-01T12:00:00Z"), ("10.0.0.1", "10.0.0.1"), ("1.2.3", "1.2.3"),
        ("fe80::1", "fe80::1"), ("00:1A:2B:3C:4D:5E", "00:1A:2B:3C:4D:5E"), ("1:60", "1:60"), ("1:2x", "1:2x"),
        ("30d", "30d"),
        ("0x", "0x"), ("0xZZ", "0xZZ"), ("08x", "08x"), ("-", "-"), (".", "."), ("..", ".."), (".env", ".env"),
        ("e3", "e3"), ("1e", "1e"), ("1-2", "1-2"), ("5 m", "5 m"), ("infinity", "infinity"), ("NaN", "NaN"),
        ("none", "none"), ("nope", "nope"), ("\u{663}", "\u{663}"),
    ])
    func clearScalarIsReadAsItIsWritten(text: String, value: JSONValue) throws {
        #expect(complaints("{p: \(text)}").isEmpty)
        #expect(try parameters("{p: \(text)}") == ["p": value])
    }

    /// Reads parameters as a plug-in's schedule has them.
    private func parameters(_ text: String) throws -> [String: JSONValue] {
        let lines = text.split(separator: "\n").map { "      \($0)\n" }.joined()
        let entry = "every: 1d\ngenerator:\n    type: command\n    command: x\n    parameters:\n\(lines)"
        let (definition, complaints) = try ScheduleReaderTests.read(entry)
        #expect(complaints.isEmpty)
        guard let policy = definition?.generator.policy as? CommandPolicy else { return [:] }
        return policy.arguments
    }

    // MARK: Structure

    private static let merge = "merge keys (<<) are not supported: write the keys out"

    @Test(arguments: [
        ("a: &x {b: c}\nd:\n  <<: *x\n", ["s:3:3: \(merge)"]),
        ("{parameters: {<<: {a: b}}}", ["s:1:15: \(merge)"]),
        ("<<: {a: b}", ["s:1:1: \(merge)"]),
        ("{~: a}", ["s:1:2: a key is null: write it in quotes"]),
        ("{null: a}", ["s:1:2: a key is null: write it in quotes"]),
        ("? [a]\n: b", ["s:1:3: a key must be a text"]),
        ("a: !!int 5", ["s:1:4: a: tags (! and !!) are not supported: leave it out"]),
        ("a: !!binary aGk=", ["s:1:4: a: tags (! and !!) are not supported: leave it out"]),
        ("a: !!set {b: }", ["s:1:4: a: tags (! and !!) are not supported: leave it out"]),
        ("a: !own [b]", ["s:1:4: a: tags (! and !!) are not supported: leave it out"]),
        ("{a: 1, \"a\": 2}", ["s:1:2: duplicate key: a"]),
        ("{1: a, \"1\": b}", ["s:1:2: duplicate key: 1"]),
        ("{caf\u{E9}: 1, cafe\u{301}: 2}", ["s:1:2: duplicate key: caf\u{E9}"]),
        ("a: 1\n---\nb: 2\n", ["s:2:1: not valid YAML: but found another document"]),
    ])
    func structureThatIsNoneOfOursIsRefused(text: String, complaint: [String]) {
        #expect(complaints(text) == complaint)
    }

    @Test func everythingIsSaidAtOnce() {
        let found = complaints("port: 05432\nhost: 1:30\nsave: no\n<<: {}\nlist: [0123, ok]\n")
        #expect(
            found == [
                "s:1:7: port: \(Self.number)", "s:2:7: host: \(Self.number)", "s:3:7: save: \(Self.word)",
                "s:4:1: \(Self.merge)", "s:5:8: list: \(Self.number)",
            ]
        )
    }

    @Test func aliasStandsForWhatItNames() throws {
        let text = "{a: &x {b: [1, two]}, c: *x}"
        #expect(try parameters(text) == ["a": ["b": [1, "two"]], "c": ["b": [1, "two"]]])
    }

    /// Ten levels of ten aliases each stand for ten thousand million nodes.
    @Test func aliasesOfAliasesAreBounded() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...10 {
            let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(items)]\n"
        }
        #expect(complaints(text) == ["s:1:1: the aliases expand to too many nodes"])
    }

    @Test(arguments: ["[null]", "[billing, ~]", "[billing, ]", "- \n"])
    func nullIsNoWorkspace(list: String) throws {
        let text = list.hasPrefix("-") ? "every: 1d\ngenerator: uuid\nallowed_workspaces:\n- a\n\(list)" : nil
        let found = try ScheduleReaderTests.read(
            text ?? "every: 1d\ngenerator: uuid\nallowed_workspaces: \(list)"
        ).complaints
        // A comma at the end makes no item.
        guard list != "[billing, ]" else { return #expect(found.isEmpty) }
        #expect(found.count == 1)
        #expect(found.allSatisfy { $0.hasSuffix("allowed_workspaces: null is no text: write it in quotes") })
    }
}
