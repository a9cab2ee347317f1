import Foundation
import RotationConfiguration
import RotationCore
import Scheduling
import TestSupport
import Testing
import ValueGenerators

/// What `schedule export` writes says the same as what is there, whatever texts stand in it.
///
/// But for U+FEFF at a text's beginning, which reading YAML takes away.
struct ScheduleExportTests {
    private static let nasty =
        StrictYAMLTests.numbers + StrictYAMLTests.words + [
            "null", "~", "Null", "true", "12", "1.5", "<<", "=", "-", "- a", "? a", ": a", "a: b", "a #b", "#a", "!a",
            "!!str a",
            "&a", "*a", "|", ">", "%a", "@a", "`a", "'", "\"", "'a'", "\"a\"", "{a}", "[a]", "a, b", "{", "]", " a",
            "a ",
            "\ta", "a\tb", "a\nb", "a\n", "\n", "a\n\nb\n", "\r\n", "\u{85}", "\u{2028}", "\u{2029}", "a\u{FEFF}b",
            "\u{0}",
            "a\u{0}b", "\u{1B}[0m", "\u{7F}", "\u{FFFE}", "\u{10FFFF}", "caf\u{E9}", "cafe\u{301}", "\u{301}",
            "\u{663}",
            "\u{200F}", "\u{1F600}", "---", "...", "--- a", "2026-04-01", "30d", "PCI TRA 2026-04", "a\\b", "\\n",
            "all",
            "none", String(repeating: "x", count: 300), String(repeating: "x y ", count: 80),
        ]

    private static let configuration = try? Configuration.parse(configurationText(), path: file)

    private static func schedule(_ change: (inout ScheduleDefinition) -> Void) throws -> Schedule {
        let period = try #require(Cadence.Period(.seconds(86_400)))
        var definition = ScheduleDefinition(cadence: .every(period), generator: .uuid(.v4))
        change(&definition)
        let name = SecretName(hub: "production", alias: try #require(SecretAlias("db")))
        return Schedule(secret: name, definition: definition, anchor: .distantFuture, nextStep: .never)
    }

    /// Writes a schedule and reads it back.
    private static func isReadBack(_ schedule: Schedule) throws -> Bool {
        let text = try SchedulesFile.text(of: [schedule])
        let read = try SchedulesFile.parse(text, source: "s", try #require(configuration)).first?.definition
        return read == schedule.definition
    }

    @Test(arguments: nasty)
    func textIsReadBackByteForByte(text: String) throws {
        let everywhere = try Self.schedule {
            $0.owner = text
            $0.policy = text
            $0.description = text
            $0.access = .only(["billing", text])
            $0.group = .init(name: String(text.prefix(200)), spacing: .seconds(60))
        }
        #expect(try Self.isReadBack(everywhere))
    }

    @Test(arguments: nasty + [""])
    func parameterIsReadBackAsItWas(text: String) throws {
        let values: [JSONValue] = [
            .string(text), .array([.string(text), .null, 1, .number(1.5), false]), .object([text: .string(text)]),
            .object([text: .array([])]),
        ]
        for value in values {
            let policy = try CommandPolicy(command: "postgresql", parameters: ["a": value, text: value])
            let schedule = try Self.schedule { $0.generator = .command(policy) }
            #expect(try Self.isReadBack(schedule))
        }
    }

    @Test(arguments: nasty)
    func templateIsReadBackAsItWas(text: String) throws {
        let part = try PasswordPolicy(length: 8, minima: [.lower: 1], excluded: text)
        let policy = try TemplatePolicy(template: text + " {{pin}}", parts: ["pin": .password(part)])
        let schedule = try Self.schedule { $0.generator = .template(policy) }
        #expect(try Self.isReadBack(schedule))
    }

    /// Random parameters, deeper and of more kinds than a list of cases.
    @Test(arguments: [0x5EED_0181, 0x5EED_0182] as [UInt64])
    func randomParametersAreReadBack(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<300 {
            let policy = try CommandPolicy(command: "x", parameters: ["a": Self.value(3, &random)])
            let schedule = try Self.schedule { $0.generator = .command(policy) }
            #expect(try Self.isReadBack(schedule), "seed \(seed)")
        }
    }

    private static func value(_ depth: Int, _ random: inout SplitMix64) -> JSONValue {
        switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64(bitPattern: UInt64.random(in: .min ... .max, using: &random)))
        case 3: return .number(Double(Int64.random(in: -1_000_000...1_000_000, using: &random)) * 2 + 0.5)
        case 4: return .string(nasty.randomElement(using: &random) ?? "")
        case 5: return .array((0..<3).map { _ in value(depth - 1, &random) })
        default:
            let pairs = (0..<3).map { _ in (nasty.randomElement(using: &random) ?? "", value(depth - 1, &random)) }
            return .object(Dictionary(pairs) { first, _ in first })
        }
    }
}
