import ArgumentParser
import TestSupport

/// The long form of the test that nothing a hub answers ends the process.
struct HubAnswersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hub-answers",
        abstract: "Send requests to a hub that answers anything, and see whether the process lives.",
        discussion: """
            A seed and a number make an answer again. A crash ends this command by a signal: --show then prints the number of \
            each answer before its request, and --from NUMBER --count 1 plays one alone.
            """
    )

    @Option(help: "How many answers.") var count = 20_000
    @Option(help: "What decides about the answers.") var seed: UInt64 = 1
    @Option(help: "The first answer's number.") var from = 0
    @Option(help: "Requests under way at once, from 1 to 250.") var workers = 16
    @Flag(help: "Print the number of each answer before its request is sent.") var show = false

    func validate() throws {
        guard count > 0, from >= 0, (1...250).contains(workers) else {
            throw ValidationError("--count must be positive, --from not negative, and --workers from 1 to 250")
        }
    }

    func run() async throws {
        let start = ContinuousClock.now
        let run = HubAnswerRun(seed: seed, workers: workers) { [show] number in if show { print(number) } }
        let outcomes = try await run.play(from..<from + count)
        print("\(outcomes.values.reduce(0, +)) answers of seed \(seed), in \(ContinuousClock.now - start)")
        for (outcome, count) in outcomes.sorted(by: { $0.key < $1.key }) { print("  \(count)\t\(outcome)") }
    }
}
