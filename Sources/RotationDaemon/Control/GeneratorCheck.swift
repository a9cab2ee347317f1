package import ControlAPI
package import RotationCore

/// Asks plug-ins whether their parameters are valid, before a schedule that uses them is saved.
package struct GeneratorCheck: Sendable {
    /// The new generator of a schedule.
    package struct Candidate: Sendable {
        package var secret: SecretName
        package var generator: GeneratorSpecification

        package init(_ secret: SecretName, _ generator: GeneratorSpecification) {
            self.secret = secret
            self.generator = generator
        }
    }

    private let makeGenerator: @Sendable (GeneratorSpecification) -> any ValueGenerator
    /// The largest number of plug-ins that run at the same time.
    private static let width = 4

    package init(_ makeGenerator: @escaping @Sendable (GeneratorSpecification) -> any ValueGenerator) {
        self.makeGenerator = makeGenerator
    }

    /// Asks each distinct plug-in once.
    ///
    /// - Parameter status: The exit status of a refusal.
    /// - Returns: A warning for each plug-in that could not answer.
    /// - Throws: ``ControlFailure`` that names all refusals.
    package func ask(_ candidates: [Candidate], status: ControlFailure.Status) async throws -> [String] {
        let answers = await answers(to: Self.distinct(candidates))
        let refusals = answers.compactMap { if case .refused(let text) = $0 { text } else { nil } }
        guard refusals.isEmpty else {
            throw ControlFailure(status: status, message: refusals.joined(separator: "\nerror: "))
        }
        return answers.compactMap { if case .unknown(let text) = $0 { text } else { nil } }
    }

    private enum Answer {
        case good
        case unknown(String)
        case refused(String)
    }

    private static func distinct(_ candidates: [Candidate]) -> [(Candidate, PlugInCall)] {
        var seen: Set<PlugInCall> = []
        return candidates.compactMap { candidate in
            guard let call = candidate.generator.plugIn,
                seen.insert(PlugInCall(command: call.command, timeout: .zero, parameters: call.parameters)).inserted
            else { return nil }
            return (candidate, call)
        }
    }

    /// The answers, in the order of the questions.
    private func answers(to questions: [(Candidate, PlugInCall)]) async -> [Answer] {
        await withTaskGroup(of: (Int, Answer).self) { group in
            var found: [Int: Answer] = [:]
            for (index, (candidate, call)) in questions.enumerated() {
                if index >= Self.width, let (index, answer) = await group.next() { found[index] = answer }
                group.addTask { (index, await answer(to: candidate, call)) }
            }
            for await (index, answer) in group { found[index] = answer }
            return questions.indices.compactMap { found[$0] }
        }
    }

    private func answer(to candidate: Candidate, _ call: PlugInCall) async -> Answer {
        do {
            try await makeGenerator(candidate.generator).check()
            return .good
        } catch {
            let who = "\(candidate.secret): its plug-in \(call.command)"
            let what = error.failure.text
            if case .permanent(let failure, let explanation) = error, failure.cause == .notStarted {
                return .unknown("\(who) could not be asked: \(explanation ?? what)")
            }
            if error.isTransient {
                return .unknown("\(who) could not check its parameters now: \(what)")
            }
            return .refused("\(who) refuses its parameters: \(what)")
        }
    }
}
