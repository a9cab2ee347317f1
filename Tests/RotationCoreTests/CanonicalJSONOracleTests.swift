import RotationCore
import TestSupport
import Testing

@Suite("Canonical JSON against Python")
struct CanonicalJSONOracleTests {
    /// A random value; its keys are ASCII, where Python's order is RFC 8785's.
    private func value(_ depth: Int, _ random: inout SplitMix64) -> JSONValue {
        switch Int.random(in: 0...(depth > 0 ? 5 : 3), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64.random(in: -9_007_199_254_740_991...9_007_199_254_740_991, using: &random))
        case 3: return .string(string(0x10_FFFF, &random))
        case 4: return .array((0..<4).map { _ in value(depth - 1, &random) })
        default:
            let fields = (0..<5).map { _ in (string(0x7F, &random), value(depth - 1, &random)) }
            return .object(Dictionary(fields) { first, _ in first })
        }
    }

    /// A random text; half of its scalars are below 0x80, among them all that must be escaped.
    private func string(_ last: UInt32, _ random: inout SplitMix64) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            let limit = Bool.random(using: &random) ? 0x7F : last
            // A surrogate is no scalar: none is appended then.
            Unicode.Scalar(UInt32.random(in: 0...limit, using: &random)).map { text.unicodeScalars.append($0) }
        }
        return text
    }

    @Test("Python reads each text, and writes it the same", arguments: [0x5EED_0061, 0x5EED_0062] as [UInt64])
    func roundTrip(seed: UInt64) throws {
        let program = """
            import io, json, sys
            for line in io.TextIOWrapper(sys.stdin.buffer, encoding='utf-8', newline='\\n'):
                text = line.rstrip('\\n')
                again = json.dumps(json.loads(text), sort_keys=True, separators=(',', ':'), ensure_ascii=False)
                print(again == text)
            """
        var random = SplitMix64(seed: seed)
        let texts = (0..<2000).map { _ in value(3, &random).canonicalText }
        let answers = try Python.run(program, lines: texts)
        #expect(answers.count == texts.count)
        #expect(answers.firstIndex { $0 != "True" } == nil, "seed \(seed)")
    }

    @Test("Python reads each string as it was", arguments: [0x5EED_0063] as [UInt64])
    func strings(seed: UInt64) throws {
        let program = """
            import io, json, sys
            for line in io.TextIOWrapper(sys.stdin.buffer, encoding='utf-8', newline='\\n'):
                print('.' + ' '.join(str(ord(character)) for character in json.loads(line)))
            """
        var random = SplitMix64(seed: seed)
        let strings = (0..<3000).map { _ in string(0x10_FFFF, &random) }
        let answers = try Python.run(program, lines: strings.map { JSONValue.string($0).canonicalText })
        let expected = strings.map { "." + $0.unicodeScalars.map { String($0.value) }.joined(separator: " ") }
        #expect(answers.count == expected.count)
        #expect(zip(answers, expected).enumerated().first { $1.0 != $1.1 } == nil, "seed \(seed)")
    }

    @Test("keys are sorted as Python sorts their UTF-16 bytes", arguments: [0x5EED_0064] as [UInt64])
    func keyOrder(seed: UInt64) throws {
        let program = """
            import io, json, sys
            for line in io.TextIOWrapper(sys.stdin.buffer, encoding='utf-8', newline='\\n'):
                keys = list(json.loads(line))
                print(keys == sorted(keys, key=lambda key: key.encode('utf-16-be')), len(keys))
            """
        var random = SplitMix64(seed: seed)
        let objects = (0..<300).map { _ in
            JSONValue.object(Dictionary((0..<20).map { _ in (string(0x2_FFFF, &random), 0) }) { first, _ in first })
        }
        let answers = try Python.run(program, lines: objects.map(\.canonicalText))
        #expect(answers.count == objects.count)
        #expect(answers.firstIndex { !$0.hasPrefix("True") } == nil, "seed \(seed)")
    }
}
