import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// A plug-in of `config/generators`, asked step by step as the daemon asks it, but without a daemon.
struct PlugIn: Sendable {
    /// Its file.
    let path: String
    /// A JSON object.
    var parameters: String
    var environment: [String: String] = [:]

    /// Where the plug-ins of the repository are.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "config/generators").path()

    init(_ name: String, _ parameters: String, environment: [String: String] = [:]) {
        self.init(path: "\(Self.folder)/\(name)", parameters, environment: environment)
    }

    init(path: String, _ parameters: String, environment: [String: String] = [:]) {
        (self.path, self.parameters, self.environment) = (path, parameters, environment)
    }

    /// How a step ended.
    struct Answer: Sendable, CustomStringConvertible {
        let status: Int32
        let output: String
        let errors: String

        fileprivate var fields: [String: Any] {
            let object = try? JSONSerialization.jsonObject(with: Data(output.utf8))
            return object as? [String: Any] ?? [:]
        }

        /// What it says of a failure.
        var reason: String? { fields["reason"] as? String }

        var value: String? { fields["value"] as? String }

        var description: String { "\(status) \(reason ?? "-"): \(errors)" }
    }

    /// Runs a step.
    ///
    /// - Parameters:
    ///   - made: The answer to `generate`, whose value and state the step gets.
    ///   - changes: A JSON object of parameters that differ.
    func ask(_ step: String, _ made: Answer? = nil, changes: String = "{}") async throws -> Answer {
        var question: [String: Any] = ["protocol": 1, "step": step]
        question["parameters"] = try Self.object(parameters).merging(Self.object(changes)) { $1 }
        if step != "check" {
            question.merge(["hub": "main", "alias": "db", "rotation": "0199-1"]) { $1 }
        }
        if let made {
            question["value"] = made.fields["value"]
            question["state"] = made.fields["state"]
        }
        let text = String(decoding: try JSONSerialization.data(withJSONObject: question), as: UTF8.self)
        var variables: [Environment.Key: String] = ["PATH": "/usr/bin:/bin", "TMPDIR": "/tmp"]
        for (name, text) in environment { variables[Environment.Key(stringLiteral: name)] = text }
        let result = try await Subprocess.run(
            .path(FilePath(path)),
            environment: .custom(variables),
            input: .string(text + "\n"),
            output: .string(limit: 256 * 1024),
            error: .string(limit: 256 * 1024)
        )
        return Answer(
            status: Program.status(result.terminationStatus),
            output: result.standardOutput,
            errors: result.standardError
        )
    }

    /// Makes a value and runs steps with it, each of which must succeed.
    func run(_ steps: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let made = try await ask("generate")
        #expect(made.status == 0, "generate: \(made)", sourceLocation: sourceLocation)
        for step in steps {
            let answer = try await ask(step, made)
            #expect(answer.status == 0, "\(step): \(answer)", sourceLocation: sourceLocation)
        }
    }

    private static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
    }
}
