import ArgumentParser
import RotationCore
import SecretMemory
import TestSupport
import ValueGenerators

/// Whether each character of passwords is as likely as any other, over very many of them.
struct PasswordBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passwords",
        abstract: "A chi-squared test of the characters of passwords; exits with 1 where it fails."
    )

    @Option(help: "How many characters.") var characters = 10_000_000
    @Option(help: "The seed of the first of both random sources; the second one is the system's.") var seed: UInt64 = 1

    func run() async throws {
        for (name, random) in [
            ("seed \(seed)", SeededRandom(seed: seed) as any RandomSource), ("getrandom", SystemRandom()),
        ] {
            for isWithoutRuns in [false, true] {
                let statistic = try await statistic(random, isWithoutRuns: isWithoutRuns)
                // 88 degrees of freedom: below 150.0 in 99,999 of 100,000 cases.
                print("\(name), no_runs \(isWithoutRuns): chi-squared \(statistic) of 88 degrees of freedom")
                guard statistic < 150 else { throw ExitCode.failure }
            }
        }
    }

    private func statistic(_ random: any RandomSource, isWithoutRuns: Bool) async throws -> Double {
        let minima: [CharacterClass: Int] = [.upper: 0, .lower: 0, .digit: 0, .symbol: 0]
        let policy = try PasswordPolicy(length: 64, minima: minima, isWithoutRuns: isWithoutRuns)
        let generator = GeneratorSpecification.password(policy).makeGenerator(random: random) { 0 }
        let context = GeneratorContext(hub: "", alias: "", rotation: "")
        var counts = [Int](repeating: 0, count: 128)
        for _ in 0..<(characters + 63) / 64 {
            try await generator.generate(context).value.withUTF8 { for byte in $0 { counts[Int(byte)] += 1 } }
        }
        let alphabet = counts.filter { $0 > 0 }
        guard alphabet.count == 26 + 26 + 10 + 27 else { return .infinity }
        let expected = Double(alphabet.reduce(0, +)) / Double(alphabet.count)
        return alphabet.map { (Double($0) - expected) * (Double($0) - expected) / expected }.reduce(0, +)
    }
}
