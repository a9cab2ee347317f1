package import Yams

/// What is wrong with a file, all of it, each with its place.
package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// One thing that is wrong.
    package struct Issue: Hashable, Sendable, CustomStringConvertible {
        /// The file, or what else was read, for example `--generator`.
        package var source: String
        /// Counted from 1; nil where the whole file is meant.
        package var line: Int?
        /// Counted from 1.
        package var column: Int?
        /// What is wrong and what to do.
        package var message: String

        package var description: String {
            let place = line.map { line in ":\(line)" + (column.map { ":\($0)" } ?? "") } ?? ""
            return "\(source)\(place): \(message)"
        }
    }

    /// Never empty.
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

/// Collects what is wrong while a file is read.
package final class Diagnostics {
    /// What is read.
    package let source: String
    /// What was found so far.
    package private(set) var issues: [ConfigurationError.Issue] = []
    private var seen: Set<ConfigurationError.Issue> = []

    package init(source: String) {
        self.source = source
    }

    /// Notes what is wrong at a node; once, though aliases lead there again.
    package func report(_ message: String, at node: Node?) {
        let issue = ConfigurationError.Issue(
            source: source,
            line: node?.mark?.line,
            column: node?.mark?.column,
            message: message
        )
        if seen.insert(issue).inserted { issues.append(issue) }
    }

    /// Throws what was found.
    package func throwIfAny() throws(ConfigurationError) {
        guard issues.isEmpty else {
            // In the order of the file, whatever the order of reading was.
            let sorted = issues.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }
            throw ConfigurationError(issues: sorted)
        }
    }
}

/// Reads YAML text as a tree.
package enum YAMLText {
    /// - Throws: ``ConfigurationError`` with the place of what is no YAML, of a key that stands twice, or of what
    ///   ``StrictYAML`` refuses.
    package static func compose(_ text: String, source: String) throws(ConfigurationError) -> Node {
        do {
            // Without rules of its own: what a scalar stands for is decided in one place, `PlainScalar`.
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
                message: "stands twice: \(keys.joined(separator: ", "))"
            )
        default:
            .init(source: source, message: "not valid YAML")
        }
    }
}
