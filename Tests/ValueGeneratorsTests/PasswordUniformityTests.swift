import RotationCore
import TestSupport
import Testing
import ValueGenerators

@Suite("The distribution of passwords")
struct PasswordUniformityTests {
    @Test("each character is equally likely where nothing is asked for", arguments: [0x5EED_0021] as [UInt64])
    func characters(seed: UInt64) async throws {
        let minima: [CharacterClass: Int] = [.upper: 0, .lower: 0, .digit: 0, .symbol: 0]
        let policy = try PasswordPolicy(length: 64, minima: minima)
        let random = SeededRandom(seed: seed)
        var counts: [UInt8: Int] = [:]
        for _ in 0..<3125 {
            for byte in try await GeneratorSpecification.password(policy).draw(random) { counts[byte, default: 0] += 1 }
        }
        #expect(counts.values.reduce(0, +) == 200_000)
        let test = ChiSquared(observed: counts.values, total: 26 + 26 + 10 + 27)
        #expect(test.isUniform, "seed \(seed): \(test.statistic)")
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let minima: [CharacterClass: Int]
        let kept: String
        let count: Int
        var testDescription: String { "\(count) passwords of \(kept)" }

        /// Only the characters to keep are left of each class.
        func policy() throws -> PasswordPolicy {
            let all = (0x21...0x7E as ClosedRange<UInt8>).map { Character(Unicode.Scalar($0)) }
            return try PasswordPolicy(length: 4, minima: minima, excluded: String(all.filter { !kept.contains($0) }))
        }
    }

    // Filling the minima first would make, in the first case, "A000" twice as likely as "AA00".
    static let small: [Case] = [
        Case(minima: [.upper: 1, .digit: 1], kept: "AB012", count: 625 - 16 - 81),
        Case(minima: [.upper: 0, .digit: 2, .symbol: 0], kept: "A01!#", count: 6 * 4 * 9 + 4 * 8 * 3 + 16),
        Case(minima: [.upper: 1, .lower: 1, .digit: 1, .symbol: 1], kept: "Aab0!", count: 48),
        Case(minima: [.lower: 0], kept: "abc", count: 81),
    ]

    @Test("all passwords of a small policy occur, each equally likely", arguments: small)
    func passwords(_ example: Case) async throws {
        let seed: UInt64 = 0x5EED_0022
        let policy = try example.policy()
        let random = SeededRandom(seed: seed)
        var counts: [[UInt8]: Int] = [:]
        for _ in 0..<40 * example.count {
            counts[try await GeneratorSpecification.password(policy).draw(random), default: 0] += 1
        }
        #expect(counts.count == example.count)
        #expect(enumerate(policy) == example.count)
        let test = ChiSquared(observed: counts.values, total: example.count)
        #expect(test.isUniform, "seed \(seed): \(test.statistic)")
    }

    /// How many of all words of four characters satisfy a policy.
    private func enumerate(_ policy: PasswordPolicy) -> Int {
        let characters = policy.minima.keys.flatMap { policy.alphabet(of: $0) }
        let words = (0..<4).reduce([[UInt8]()]) { words, _ in
            words.flatMap { word in characters.map { word + [$0] } }
        }
        return words.count { word in
            policy.minima.allSatisfy { name, minimum in
                word.count { policy.alphabet(of: name).contains($0) } >= minimum
            }
        }
    }
}
