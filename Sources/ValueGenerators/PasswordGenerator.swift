import SecretMemory

/// Draws a password from all that satisfy a policy, each equally likely.
struct PasswordGenerator: ValueGenerator {
    let policy: PasswordPolicy
    let random: any RandomSource
    var steps: Set<GeneratorStep> { [] }

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        let counts = CompositionTable(policy).draw(using: random)
        return try GeneratedValue(length: policy.length) { password in
            var generator = random.generator
            var place = 0
            for (count, alphabet) in zip(counts, policy.classes.map(\.alphabet)) {
                for _ in 0..<count {
                    password[place] = alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                    place += 1
                }
            }
            var places = password
            places.shuffle(using: &generator)
        }
    }
}

extension ValueGenerator {
    /// The built-in generators touch no other system.
    package func perform(
        _ step: GeneratorStep,
        _ made: GeneratedValue,
        _ context: GeneratorContext
    ) async throws(GeneratorError) {}
}

extension GeneratedValue {
    /// Makes a value of `length` ASCII bytes in place.
    init(length: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) throws(GeneratorError) {
        do {
            self.init(value: try SecretValue(LockedBytes(count: length, fill: fill)))
        } catch {
            throw .permanent(reason: String(describing: error))
        }
    }
}
