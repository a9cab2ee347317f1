import RotationCore
import TestSupport
import Testing
import ValueGenerators

/// Passwords without runs, and of allowed characters only.
@Suite("Rules of passwords")
struct PasswordRuleTests {
    private static func words(_ policy: PasswordPolicy) -> [[UInt8]] {
        let characters = policy.minima.keys.flatMap { policy.alphabet(of: $0) }
        let words = (0..<policy.length).reduce([[UInt8]()]) { words, _ in
            words.flatMap { word in characters.map { word + [$0] } }
        }
        return words.filter { word in
            zip(word, word.dropFirst()).allSatisfy { $0 != $1 }
                && policy.minima.allSatisfy { name, minimum in
                    let alphabet = Set(policy.alphabet(of: name))
                    return word.count { alphabet.contains($0) } >= minimum
                }
        }
    }

    /// All of them occur, each equally likely; and their number is what the entropy says.
    @Test(arguments: [
        ([CharacterClass.upper: 1, .digit: 1], "AB01", 4), ([.lower: 0], "abc", 5),
        ([.upper: 2, .digit: 2], "ABC0", 4),
        ([.upper: 0, .lower: 1, .digit: 1], "Aab01", 4),
    ])
    func allWithoutRunsAreEquallyLikely(minima: [CharacterClass: Int], allowed: String, length: Int) async throws {
        let policy = try PasswordPolicy(length: length, minima: minima, allowed: allowed, isWithoutRuns: true)
        let expected = Self.words(policy)
        #expect(abs((policy.entropy ?? 0) - bits(expected.count)) < 1e-9)
        let random = SeededRandom(seed: 0x5EED_0031)
        var counts: [[UInt8]: Int] = [:]
        for _ in 0..<10 * expected.count {
            counts[try await GeneratorSpecification.password(policy).draw(random), default: 0] += 1
        }
        #expect(Set(counts.keys) == Set(expected))
        let test = ChiSquared(observed: counts.values, total: expected.count)
        #expect(test.isUniform, "\(test.statistic)")
    }

    private func bits(_ count: Int) -> Double {
        var (rest, bits) = (Double(count), 0.0)
        while rest >= 2 { (rest, bits) = (rest / 2, bits + 1) }
        // The rest, below one bit, by its series.
        var (low, high) = (0.0, 1.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if power(middle) < rest { low = middle } else { high = middle }
        }
        return bits + low
    }

    /// 2 to a power below one.
    private func power(_ exponent: Double) -> Double {
        var (result, root, rest) = (1.0, 2.0, exponent)
        for _ in 0..<60 {
            root = root.squareRoot()
            rest *= 2
            if rest >= 1 { (result, rest) = (result * root, rest - 1) }
        }
        return result
    }

    @Test func longOnesHaveNoRunsAndTheirMinima() async throws {
        let policy = try PasswordPolicy(length: 64, minima: [.digit: 2, .upper: 2, .symbol: 1], isWithoutRuns: true)
        for text in try await GeneratorSpecification.password(policy).draw(8, seed: 5) {
            #expect(zip(text, text.dropFirst()).allSatisfy { $0 != $1 } && text.count == 64)
            #expect(text.count { $0.isNumber } >= 2 && text.count { $0.isUppercase } >= 2)
        }
        let specification = GeneratorSpecification.password(policy)
        #expect(GeneratorSpecification(json: specification.json) == specification)
    }

    @Test func whatCanNotBeIsRefused() {
        #expect(throws: InvalidPolicy.runs) {
            try PasswordPolicy(length: 4, minima: [.digit: 1], allowed: "7", isWithoutRuns: true)
        }
        #expect(throws: InvalidPolicy.runs) {
            try PasswordPolicy(length: 5, minima: [.digit: 4, .upper: 1], allowed: "7A", isWithoutRuns: true)
        }
        #expect(throws: InvalidPolicy.emptyClass(.upper)) { try PasswordPolicy(minima: [.upper: 1], allowed: "abc") }
        #expect(throws: InvalidPolicy.tooManyMinima) {
            try PasswordPolicy(length: 1024, minima: [.digit: 200, .upper: 200], isWithoutRuns: true)
        }
    }
}
