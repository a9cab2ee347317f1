import RotationCore
import TestSupport
import Testing
import ValueGenerators

@Suite("UUIDs")
struct UUIDTests {
    struct Vector: Sendable {
        let version: UUIDVersion
        let high: UInt64
        let low: UInt64
        let text: String
    }

    // The last two are the vectors of RFC 9562, appendices A.3 and A.6.
    static let vectors: [Vector] = [
        Vector(version: .v4, high: 0, low: 0, text: "00000000-0000-4000-8000-000000000000"),
        Vector(version: .v4, high: .max, low: .max, text: "ffffffff-ffff-4fff-bfff-ffffffffffff"),
        Vector(version: .v7, high: 0, low: 0, text: "00000000-0000-7000-8000-000000000000"),
        Vector(version: .v7, high: .max, low: .max, text: "ffffffff-ffff-7fff-bfff-ffffffffffff"),
        Vector(
            version: .v4,
            high: 0x9191_08F7_52D1_0320,
            low: 0x1BAC_F847_DB41_48A8,
            text: "919108f7-52d1-4320-9bac-f847db4148a8"
        ),
        Vector(
            version: .v7,
            high: UUIDBits.timeAndRandom(milliseconds: 0x017F_22E2_79B0, random: 0xFFFF_FFFF_FFFF_0CC3),
            low: 0x18C4_DC0C_0C07_398F,
            text: "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
        ),
    ]

    @Test("given bits have the text that RFC 9562 says", arguments: vectors)
    func vector(_ vector: Vector) {
        var text = [UInt8](repeating: 0, count: UUIDBits.textLength)
        text.withUnsafeMutableBytes {
            UUIDBits.write(high: vector.high, low: vector.low, version: vector.version, into: $0)
        }
        #expect(String(decoding: text, as: UTF8.self) == vector.text)
    }

    @Test("Python reads version, variant and time", arguments: UUIDVersion.allCases)
    func python(version: UUIDVersion) async throws {
        let time: Int64 = 1_795_433_172_123
        let program = """
            import sys, uuid
            for line in sys.stdin:
                value = uuid.UUID(line.strip())
                print(str(value) == line.strip(), value.variant == uuid.RFC_4122, value.version, value.int >> 80)
            """
        let texts = try await GeneratorSpecification.uuid(version).draw(500, seed: 0x5EED_0041, time: time)
        let answers = try Python.run(program, lines: texts).map { $0.split(separator: " ").map(String.init) }
        #expect(answers.count == 500)
        #expect(answers.allSatisfy { $0.prefix(3) == ["True", "True", "\(version.rawValue)"] })
        #expect(answers.allSatisfy { ($0.last == "\(time)") == (version == .v7) })
        #expect(Set(texts).count == 500)
    }

    @Test("each random bit is set in about half of the UUIDs", arguments: [(UUIDVersion.v4, 122), (.v7, 74)])
    func randomBits(version: UUIDVersion, expected: Int) async throws {
        let texts = try await GeneratorSpecification.uuid(version).draw(2000, seed: 0x5EED_0042)
        var counts = [Int](repeating: 0, count: 128)
        for text in texts {
            for (place, digit) in text.filter({ $0 != "-" }).enumerated() {
                for bit in 0..<4 where (digit.hexDigitValue ?? 0) >> (3 - bit) & 1 == 1 { counts[4 * place + bit] += 1 }
            }
        }
        // 1000 ± 5 standard deviations of 22.4
        #expect(counts.count { (888...1112).contains($0) } == expected)
        #expect(counts.count { $0 == 0 || $0 == 2000 } == 128 - expected)
    }

    @Test("version 7 sorts by time")
    func order() async throws {
        var texts: [String] = []
        for time in [0, 1, 0xFFFF, 0x1_0000, 1_795_433_172_123, 0xFFFF_FFFF_FFFF] as [Int64] {
            texts += try await GeneratorSpecification.uuid(.v7).draw(1, seed: UInt64(time), time: time)
        }
        let isSorted = texts == texts.sorted()
        #expect(isSorted)
    }
}
