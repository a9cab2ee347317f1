import ControlAPI
import RotationConfiguration
import RotationCore
import RotationDaemon
import Scheduling
import Synchronization
import ValueGenerators

/// Runs a plug-in's steps on a scratch rotation, and shows for each what the daemon would do.
struct PlugInTrial {
    private let generator: any ValueGenerator
    private let exchanges: Exchanges
    private let context: GeneratorContext
    private let twice: Bool
    private let isJSON: Bool
    private var made: GeneratedValue?
    private var isInstallBegun = false
    private var hasFailed = false

    /// Holds the last exchange between the host and the plug-in.
    private final class Exchanges: Sendable {
        private let last = Mutex<PlugInExchange?>(nil)

        func put(_ exchange: PlugInExchange) { last.withLock { $0 = exchange } }

        func take() -> PlugInExchange? {
            last.withLock { last in
                defer { last = nil }
                return last
            }
        }
    }

    init(_ specification: GeneratorSpecification, _ configuration: Configuration, twice: Bool, isJSON: Bool) {
        let exchanges = Exchanges()
        self.exchanges = exchanges
        (self.twice, self.isJSON) = (twice, isJSON)
        generator = specification.makeGenerator(
            random: SystemRandom(),
            plugIns: configuration.plugInHost { exchanges.put($0) }
        ) { SystemClock().now.rawValue }
        let id = RotationID(milliseconds: SystemClock().now.rawValue, random: SystemRandom())
        context = GeneratorContext(hub: "try", alias: "try", rotation: id.rawValue)
    }

    /// Runs steps until one fails, and then `withdraw` where the daemon would run it.
    ///
    /// - Returns: Whether all steps succeeded.
    mutating func run(_ steps: [StepFailure.Step]) async throws -> Bool {
        for (index, step) in steps.enumerated() {
            let next = index + 1 < steps.count ? steps[index + 1] : nil
            for _ in 0..<(twice ? 2 : 1) where !hasFailed { try await run(step, next) }
            guard hasFailed else { continue }
            if isInstallBegun && (step == .install || step == .test) { try await run(.withdraw, nil) }
            return false
        }
        return true
    }

    private mutating func run(_ step: StepFailure.Step, _ next: StepFailure.Step?) async throws {
        if step == .install { isInstallBegun = true }
        var failure: GeneratorError?
        do throws(GeneratorError) {
            switch (step, GeneratorStep(rawValue: step.rawValue), made) {
            case (.check, _, _): try await generator.check()
            case (.generate, _, _): made = try await generator.generate(context)
            case (_, let step?, let made?): try await generator.perform(step, made, context)
            default: return
            }
        } catch {
            failure = error
            hasFailed = true
        }
        guard let exchange = exchanges.take() else {
            if case .permanent(_, let explanation?) = failure {
                throw ControlFailure(status: .notPermitted, message: explanation)
            }
            return
        }
        let verdict = Verdict(exchange, failure, next: next)
        if isJSON { print(Self.json(exchange, verdict).canonicalText) } else { Self.show(exchange, verdict) }
        try flushOutput()
    }

    // MARK: Showing

    private static func show(_ exchange: PlugInExchange, _ verdict: Verdict) {
        printText("\(exchange.step.rawValue) ← \(printableJSON(exchange.question.canonicalText))")
        if let answer = exchange.answer { printText("\(exchange.step.rawValue) → \(answer)") }
        for line in exchange.lines { printText("  | \(line)") }
        if exchange.withheld > 0 {
            printText("  | \(exchange.withheld) \(exchange.withheld == 1 ? "line" : "lines") withheld")
        }
        let end = StepFailure(exchange.step, exchange.cause, reason: exchange.failure?.reason).text
        let flaw = exchange.flaw.map { ", but gave no valid answer (\($0))" } ?? ""
        printText("  = \(end)\(flaw): \(verdict.text)")
    }

    private static func json(_ exchange: PlugInExchange, _ verdict: Verdict) -> JSONValue {
        let how = StepFailure(exchange.step, exchange.cause, reason: exchange.failure?.reason).detail
        return .fields(
            how.merging([
                "question": exchange.question,
                "answer": .text(exchange.answer),
                "stderr": .array(exchange.lines.map(JSONValue.string)),
                "lines_withheld": .number(exchange.withheld),
                "outcome": .string(verdict.outcome.rawValue),
                "text": .string((exchange.flaw.map { "no valid answer (\($0)): " } ?? "") + verdict.text),
            ]) { $1 }
        )
    }
}

/// What the daemon would do after a step.
private struct Verdict {
    enum Outcome: String {
        case done
        case nothingToDo = "nothing_to_do"
        case tryAgain = "try_again"
        case unusableValue = "unusable_value"
        case failed
    }

    let outcome: Outcome
    let text: String

    init(_ exchange: PlugInExchange, _ error: GeneratorError?, next: StepFailure.Step?) {
        switch error {
        case nil:
            outcome = exchange.cause == .exited(0) ? .done : .nothingToDo
            let what = outcome == .done ? "done" : "it does not know this step: nothing to do"
            text = what + Self.next(exchange.step, next)
        case .tryAgain:
            outcome = .tryAgain
            text =
                exchange.step == .check
                ? Self.unchecked : "the step is repeated with back-off until it succeeds"
        case .unusableValue:
            outcome = .unusableValue
            text =
                switch exchange.step {
                case .check, .finish, .withdraw: Self.failed(exchange.step)
                case .generate, .install, .test: "the value is withdrawn and another one is generated, at most three"
                }
        case .permanent:
            outcome = .failed
            let isUnasked = exchange.step == .check && exchange.cause == .notStarted
            text = isUnasked ? Self.unchecked : Self.failed(exchange.step)
        }
    }

    private static func next(_ step: StepFailure.Step, _ next: StepFailure.Step?) -> String {
        switch (step, next) {
        case (.test, .finish): "; then update the hub, then finish"
        case (.test, .withdraw): "; the hub refuses the value, then withdraw"
        case (.finish, _), (.withdraw, _): "; the rotation ends here"
        case (_, let next?): "; then \(next.rawValue)"
        case (.generate, nil): "; then install"
        case (_, nil): ""
        }
    }

    private static let unchecked = "the schedule is saved with a warning"

    private static func failed(_ step: StepFailure.Step) -> String {
        switch step {
        case .check: "the schedule is refused"
        case .generate: "the rotation fails, and the next one starts after a delay"
        case .install, .test: "the rotation fails, after withdraw"
        case .finish: "the rotation has succeeded; finish is retried, and status shows a problem until it succeeds"
        case .withdraw: "the rotation is parked: a person must decide"
        }
    }
}
