package import Yams

/// All errors of a file, each with its position.
package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// One error.
    package struct Issue: Hashable, Sendable, CustomStringConvertible {
        /// The file, or another source, for example `--generator`.
        package var source: String
        /// The line, from 1; nil if the whole file is meant.
        package var line: Int?
        /// The column, from 1.
        package var column: Int?
        /// The error and what to do.
        package var message: String

        package var description: String {
            let place = line.map { line in ":\(line)" + (column.map { ":\($0)" } ?? "") } ?? ""
            return "\(source)\(place): \(message)"
        }
    }

    /// The errors; never empty.
    package var issues: [Issue]

    package init(issues: [Issue]) {
        self.issues = issues
    }

    package init(source: String, message: String) {
        issues = [Issue(source: source, message: message)]
    }

    package var description: String {
        issues.map(\.description).joined(separator: "\n")
    }
}

/// Collects the errors while a file is read.
package final class Diagnostics {
    /// The file, or another source.
    package let source: String
    /// The errors found so far.
    package private(set) var issues: [ConfigurationError.Issue] = []
    /// Records the keys that are read; nil except for the reference.
    let recorder: KeyRecorder?
    private var seen: Set<ConfigurationError.Issue> = []

    package init(source: String, recorder: KeyRecorder? = nil) {
        self.source = source
        self.recorder = recorder
    }

    /// Adds an error at a node; only once, even if aliases lead to the node again.
    package func report(_ message: String, at node: Node?) {
        let issue = ConfigurationError.Issue(
            source: source,
            line: node?.mark?.line,
            column: node?.mark?.column,
            message: message
        )
        if seen.insert(issue).inserted { issues.append(issue) }
    }

    /// Throws the errors, if there are any.
    package func throwIfAny() throws(ConfigurationError) {
        guard issues.isEmpty else {
            // Sorted by their order in the file.
            let sorted = issues.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }
            throw ConfigurationError(issues: sorted)
        }
    }
}

/// Parses YAML text to a tree.
package enum YAMLText {
    /// - Throws: ``ConfigurationError`` with the position of invalid YAML, of a duplicate key, or of what
    ///   ``StrictYAML`` refuses.
    package static func compose(_ text: String, source: String) throws(ConfigurationError) -> Node {
        do {
            // Without Yams' resolver: `PlainScalar` alone decides the type of a scalar.
            guard let node = try Yams.compose(yaml: text, .basic) else {
                throw ConfigurationError(source: source, message: "the file is empty")
            }
            let diagnostics = Diagnostics(source: source)
            var strict = StrictYAML(size: text.utf8.count, diagnostics)
            strict.check(node)
            try diagnostics.throwIfAny()
            return node
        } catch let error as ConfigurationError {
            throw error
        } catch let error as YamlError {
            throw ConfigurationError(issues: [issue(of: error, source: source)])
        } catch {
            throw ConfigurationError(source: source, message: "not valid YAML")
        }
    }

    private static func issue(of error: YamlError, source: String) -> ConfigurationError.Issue {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            .init(source: source, line: mark.line, column: mark.column, message: "not valid YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            .init(
                source: source,
                line: context.mark.line,
                column: context.mark.column,
                message: "duplicate key: \(keys.joined(separator: ", "))"
            )
        default:
            .init(source: source, message: "not valid YAML")
        }
    }
}
