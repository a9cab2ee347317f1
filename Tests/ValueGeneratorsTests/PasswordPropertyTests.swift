import RotationCore
import TestSupport
import Testing
import ValueGenerators

@Suite("Passwords")
struct PasswordPropertyTests {
    /// A random policy; nil where its numbers can't be satisfied.
    private func policy(_ random: SeededRandom) -> PasswordPolicy? {
        var generator = random.generator
        let classes = CharacterClass.allCases.filter { _ in Bool.random(using: &generator) }
        let minima = classes.map { ($0, Int.random(in: 0...6, using: &generator)) }
        let excluded = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
            Character(Unicode.Scalar(UInt8.random(in: 0x21...0x7E, using: &generator)))
        }
        return try? PasswordPolicy(
            length: Int.random(in: 4...80, using: &generator),
            minima: Dictionary(uniqueKeysWithValues: minima),
            excluded: String(excluded)
        )
    }

    /// Whether a password satisfies its policy.
    private func satisfies(_ password: [UInt8], _ policy: PasswordPolicy) -> Bool {
        let counts = policy.minima.keys.map { name in
            password.count { policy.alphabet(of: name).contains($0) } - (policy.minima[name] ?? 0)
        }
        let characters = policy.minima.keys.flatMap { policy.alphabet(of: $0) }
        let excluded = policy.excluded.utf8
        return password.count == policy.length && counts.allSatisfy { $0 >= 0 }
            && password.allSatisfy { characters.contains($0) && !excluded.contains($0) }
    }

    @Test("each password satisfies its policy", arguments: [0x5EED_0011, 0x5EED_0012] as [UInt64])
    func property(seed: UInt64) async throws {
        let random = SeededRandom(seed: seed)
        let policies = (0..<600).compactMap { _ in policy(random) }
        #expect(policies.count > 200)
        for policy in policies {
            let isGood = satisfies(try await GeneratorSpecification.password(policy).draw(random), policy)
            #expect(isGood, "seed \(seed), \(policy)")
        }
    }

    @Test("the longest and the tightest policies are satisfied", arguments: [4, 1024])
    func extremes(length: Int) async throws {
        let random = SeededRandom(seed: 0x5EED_0013)
        let loose = try PasswordPolicy(length: length)
        let tight = try PasswordPolicy(length: length, minima: [.digit: 1, .lower: length - 1])
        for policy in [loose, tight] {
            let isGood = satisfies(try await GeneratorSpecification.password(policy).draw(random), policy)
            #expect(isGood)
        }
    }

    @Test("the system's random source repeats no password")
    func systemRandom() async throws {
        let specification = GeneratorSpecification.password(try PasswordPolicy())
        var seen = Set<[UInt8]>()
        for _ in 0..<100 { seen.insert(try await specification.draw(SystemRandom())) }
        #expect(seen.count == 100)
    }
}
