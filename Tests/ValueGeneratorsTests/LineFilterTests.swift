import Foundation
import RotationCore
import SecretMemory
import TestSupport
import Testing

@testable import ValueGenerators

/// What is shown of a plug-in's standard error: no line that shares six characters with what it must not show.
struct LineFilterTests {
    private static func made(_ value: String, state: String? = nil) throws -> GeneratedValue {
        let bytes = { (text: String) in try LockedBytes(count: text.utf8.count) { $0.copyBytes(from: text.utf8) } }
        return GeneratedValue(value: try SecretValue(bytes(value)), state: try state.map(bytes))
    }

    private static func isWithheld(_ line: String, _ made: GeneratedValue) -> Bool {
        LineFilter(made: made).filter(StandardErrors(line + "\n")) == .init(lines: [], withheld: 1)
    }

    // MARK: Each form, by hand

    @Test(arguments: [
        "the password is S3CRE-T/1é\"", "S3CRE-", "T/1é\\\"", "=S3CRE-T\\/1",
        "\\u0053\\u0033\\u0043\\u0052\\u0045\\u002d",
        "S3CRE-T%2F1", "%53%33%43%52%45%2D", "%53%33", "T%2F1%C3%A9", "s%253a53334352452d", "53334352452d",
        "3352452D542F31".lowercased(),
        "53 33 43 52 45 2d", "53:33:43:52:45:2D", "\\x53\\x33\\x43\\x52\\x45\\x2d",
        "UzNDUkUtVC8xw6ki", "czMzUzNDUkUt", "YVMzQ1JFLVQ", "YWFTM0NSRS1U", "T\\/1\\u00e9",
        "+ echo harmless", "++ : more", "   + indented",
    ])
    func eachFormIsWithheld(line: String) throws {
        #expect(Self.isWithheld(line, try Self.made("S3CRE-T/1é\"")), "\(line)")
    }

    @Test(arguments: [
        "no: ro!e missing", "S3CRE", "-T/1", "FATAL: #28P01", "(+ is plus)", "a + b",
    ])
    func linesThatShareLessAreShown(line: String) throws {
        let result = LineFilter(made: try Self.made("S3CRE-T/1é\"")).filter(StandardErrors(line))
        #expect(result == .init(lines: [line], withheld: 0))
    }

    /// A string inside a value or a state, in whatever depth, and a whole one that is short.
    @Test(arguments: [
        #"login as app failed"#, "pw hunter2 hunter", "bad: old-password!", "n e s t e d: deep\"er", "97531246",
    ])
    func stringsInsideJSONAreWithheld(line: String) throws {
        let value = #"{"user":"app","password":"hunter2\u0020hunter2","n":[97531246,1.5]}"#
        let made = try Self.made(value, state: #"{"old":"old-password!","more":["{\"x\":\"deep\\\"er\"}"]}"#)
        #expect(Self.isWithheld(line, made), "\(line)")
    }

    @Test func linesOfAPEMAreWithheldAndItsShortLastOne() throws {
        let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIBAQ\nEB9=\n-----END PRIVATE KEY-----\n"
        for line in ["MC4CAQAwBQYDK2Vw", "bad tail: EB9=", "EIEIBAQEB9="] {
            #expect(Self.isWithheld(line, try Self.made(pem)), "\(line)")
        }
    }

    /// The end is kept; what is left of a line that was cut is never shown.
    @Test func theLastLinesAreKept() throws {
        var errors = StandardErrors()
        let early = Array(String(repeating: "x", count: 5000).utf8) + Array("\n".utf8)
        early.withUnsafeBytes { errors.append($0) }
        Array("Error: #42\n\n".utf8).withUnsafeBytes { errors.append($0) }
        let made = try Self.made("S3CRET-VALUE")
        #expect(LineFilter(made: made).filter(errors) == .init(lines: ["Error: #42"], withheld: 1))
        #expect(
            LineFilter(made: nil).filter(StandardErrors("a\nb\n"), knowsAll: false) == .init(lines: [], withheld: 2)
        )
        #expect(LineFilter(made: nil).filter(StandardErrors("a\n+ b\n")) == .init(lines: ["a"], withheld: 1))
    }

    @Test(arguments: [
        ("no_such_role", true), ("abcdef", false), ("the_value", false), ("ab", true), ("old", false),
    ])
    func reasonThatHoldsTheValueIsNone(word: String, isPermitted: Bool) throws {
        let made = try Self.made(#"{"old_key_names":"xabcdefx"}"#, state: #"{"a":["the_value","old"]}"#)
        #expect(LineFilter(made: made).permits(reason: word) == isPermitted)
    }

    // MARK: By chance

    private static let noise = Array("abcXYZ019 \"'{}:=,;%\\/+-_é§")

    /// A form of a value, as another program would write it, and the characters of it that the value determines.
    private static func form(_ kind: Int, _ value: String, _ random: inout SplitMix64) -> String {
        let bytes = Array(value.utf8)
        switch kind {
        case 0: return value
        case 1:
            let json = (try? JSONEncoder().encode([value])) ?? Data()
            return String(decoding: json.dropFirst(2).dropLast(2), as: UTF8.self)
        case 2:
            return value.utf16.map { unit in
                let isEscaped = unit > 0x7E || unit < 0x20 || unit == 0x22 || unit == 0x5C
                return isEscaped ? String(format: "\\u%04x", unit) : String(UnicodeScalar(UInt8(unit)))
            }.joined()
        case 3:
            let format = Bool.random(using: &random) ? "%%%02X" : "%%%02x"
            return bytes.map { String(format: format, $0) }.joined()
        case 4:
            let sets: [CharacterSet] = [.urlQueryAllowed, .urlPathAllowed, .urlUserAllowed, .alphanumerics]
            return value.addingPercentEncoding(
                withAllowedCharacters: sets.randomElement(using: &random) ?? .alphanumerics
            ) ?? value
        case 5: return bytes.map { String(format: "%02x", $0) }.joined()
        case 6: return bytes.map { String(format: "%02X", $0) }.joined()
        case 7, 8:
            let before = (0..<Int.random(in: 0..<9, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let after = (0..<Int.random(in: 0..<9, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random)
            }
            let text = Data(before + bytes + after).base64EncodedString()
            let first = (before.count * 8 + 5) / 6
            let ours = text.dropFirst(first).prefix((before.count + bytes.count) * 8 / 6 - first)
            return kind == 7 ? String(ours) : String(ours).replacing("+", with: "-").replacing("/", with: "_")
        default: return value.split(separator: "\n").randomElement(using: &random).map(String.init) ?? value
        }
    }

    private static func value(_ random: inout SplitMix64) -> String {
        let alphabets = ["abcdefghijklmnopqrstuvwxyzABCDEF0123456789", "ab\"\\/%+ =&{}\n\té€😀中", "0123456789"]
        let alphabet = Array(alphabets.randomElement(using: &random) ?? "")
        let text = String(
            (0..<Int.random(in: 6...90, using: &random)).compactMap { _ in alphabet.randomElement(using: &random) }
        )
        guard Int.random(in: 0..<3, using: &random) == 0 else { return text }
        return
            "-----BEGIN KEY-----\n\(Data(text.utf8).base64EncodedString(options: .lineLength64Characters))\n-----END KEY-----\n"
    }

    /// Any six characters of any form, wherever they stand in a line; also of a string within a JSON value.
    @Test(arguments: [0x5EED_0B01, 0x5EED_0B02] as [UInt64])
    func anySixCharactersOfAnyFormAreWithheld(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for round in 0..<1500 {
            let secret = Self.value(&random)
            let kind = Int.random(in: 0...9, using: &random)
            let form = Array(Self.form(kind, secret, &random).unicodeScalars)
            guard form.count >= 6 else { continue }
            let length = Int.random(in: 6...min(form.count, 24), using: &random)
            let start = Int.random(in: 0...form.count - length, using: &random)
            let window = String(String.UnicodeScalarView(form[start..<start + length]))
            // A window over a line's end is in two lines.
            guard !window.contains(where: \.isNewline) else { continue }
            let noise = { (random: inout SplitMix64) in
                String(
                    (0..<Int.random(in: 0..<9, using: &random)).compactMap { _ in
                        Self.noise.randomElement(using: &random)
                    }
                )
            }
            let line = noise(&random) + window + noise(&random)
            let isInside = Bool.random(using: &random)
            let json = isInside ? try JSONEncoder().encode(["password": secret]) : Data(secret.utf8)
            let made = try Self.made(String(decoding: json, as: UTF8.self))
            #expect(Self.isWithheld(line, made), "seed \(seed), round \(round), kind \(kind): \(line) of \(secret)")
        }
    }

    /// The largest value that AI Hub takes.
    @Test func largeValuesAreLookedThrough() throws {
        var random = SplitMix64(seed: 0x5EED_0B03)
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz\"é")
        let value = String((0..<45_000).compactMap { _ in alphabet.randomElement(using: &random) })
        let made = try Self.made(value)
        let hidden = String(value.dropFirst(44_990))
        let result = LineFilter(made: made).filter(StandardErrors("0123 #!?\n\(hidden)\n"))
        #expect(result == .init(lines: ["0123 #!?"], withheld: 1))
    }
}
