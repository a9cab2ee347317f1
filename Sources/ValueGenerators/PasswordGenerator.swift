package import RotationCore
import SecretMemory

/// Generates passwords: each password that satisfies the policy is equally likely.
struct PasswordGenerator: ValueGenerator {
    private let policy: PasswordPolicy
    private let random: any RandomSource
    private let prepared: Prepared
    var steps: Set<GeneratorStep> { [] }

    /// The table that counts the policy's passwords.
    private enum Table {
        case compositions(CompositionTable)
        case runFree(RunFreeTable)
    }

    /// The data that is computed once for a policy.
    private struct Prepared {
        let table: Table
        let alphabets: [[UInt8]]

        init(_ policy: PasswordPolicy) {
            table = policy.isWithoutRuns ? .runFree(RunFreeTable(policy)) : .compositions(CompositionTable(policy))
            alphabets = policy.classes.map(\.alphabet)
        }
    }

    private static let known = Memo<PasswordPolicy, Prepared>()

    init(policy: PasswordPolicy, random: any RandomSource) {
        self.policy = policy
        self.random = random
        prepared = Self.known.value(for: policy) { Prepared(policy) }
    }

    func generate(_ context: GeneratorContext) async throws(GeneratorError) -> GeneratedValue {
        switch prepared.table {
        case .runFree(let table):
            return try GeneratedValue(length: policy.length) { table.draw(into: $0, using: random) }
        case .compositions(let table):
            let counts = table.draw(using: random)
            return try GeneratedValue(length: policy.length) { fill($0, counts) }
        }
    }

    /// Fills a password with the given number of characters of each class, in random order.
    private func fill(_ password: UnsafeMutableRawBufferPointer, _ counts: [Int]) {
        var generator = random.generator
        var place = 0
        for (count, alphabet) in zip(counts, prepared.alphabets) {
            for _ in 0..<count {
                password[place] = alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                place += 1
            }
        }
        var places = password
        places.shuffle(using: &generator)
    }
}

extension ValueGenerator {
    /// Does nothing: most built-in generators change no other system.
    package func perform(
        _ step: GeneratorStep,
        _ made: GeneratedValue,
        _ context: GeneratorContext
    ) async throws(GeneratorError) {}
}

extension GeneratedValue {
    /// Creates a value of `length` ASCII bytes in place.
    init(length: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) throws(GeneratorError) {
        do {
            self.init(value: try SecretValue(LockedBytes(count: length, fill: fill)))
        } catch {
            throw .permanent(reason: String(describing: error))
        }
    }
}
