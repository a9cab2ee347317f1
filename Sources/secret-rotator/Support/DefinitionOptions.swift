import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationCore
import RotationDaemon
import ValueGenerators
import Yams

/// The keys of an entry of the schedules file, as options.
struct DefinitionOptions: ParsableArguments {
    @Option(help: "The period, such as 12h, 30d or 2w.") var every: String?
    @Option(help: "A cron expression instead of a period, such as '0 3 * * 1' or @daily.") var cron: String?
    @Option(help: "The time zone of --cron, such as Europe/Berlin; UTC if absent.") var timezone: String?
    @Option(help: "How long after its slot a rotation may begin; no limit if absent.") var window: String?
    @Option(help: "The largest delay after a slot, fixed for a secret and slot; 0s if absent.")
    var jitter: String?
    @Option(help: "The age after which a value is overdue; it may then rotate outside its window.") var maxAge: String?
    @Option(
        help: "What to do about slots that passed while the daemon was down: once or skip; once if absent.",
        completion: .list(["once", "skip"])
    )
    var catchUp: String?
    @Option(help: "Secrets of the same group never rotate at the same time.") var group: String?
    @Option(help: "The time between the end of a rotation and the next one in the group; 0s if absent.")
    var groupSpacing: String?
    @Option(
        help: "\(BuiltInGenerators.plainTypes.joined(separator: ", ")), or a YAML flow map with type and more.",
        completion: .list(BuiltInGenerators.plainTypes)
    )
    var generator: String?
    @Option(help: "The shortest time between scheduled rotations; if absent 1m, or the period if that is shorter.")
    var minInterval: String?
    @Option(
        help: "The workspaces to send with each rotation: all, none, or a list such as [billing].",
        completion: .list(["all", "none"])
    )
    var allowedWorkspaces: String?
    @Option(help: "The description to send with each rotation.") var description: String?
    @Option(help: "How long the old credential stays valid after success; 0s if absent.") var finishAfter: String?
    @Option(help: "The person or team responsible for the secret.") var owner: String?
    @Option(help: "The rule that requires the rotation.") var policy: String?

    /// Whether no option is given.
    var isEmpty: Bool {
        [
            every, cron, timezone, window, jitter, maxAge, catchUp, group, groupSpacing, generator, minInterval,
            allowedWorkspaces, description, finishAfter, owner, policy,
        ]
        .allSatisfy { $0 == nil }
    }

    /// Reads the options as an entry of the schedules file.
    ///
    /// - Throws: ``ControlFailure`` `usage` with all errors.
    func read<T>(generator standard: String? = nil, _ read: (inout MappingReader) -> T?) throws -> T {
        let diagnostics = Diagnostics(source: "options")
        var pairs: [(Node, Node)] = []
        let words = [
            ("every", every), ("cron", cron), ("timezone", timezone), ("window", window), ("jitter", jitter),
            ("max_age", maxAge), ("catch_up", catchUp), ("group", group), ("group_spacing", groupSpacing),
            ("min_interval", minInterval), ("finish_after", finishAfter),
        ]
        let texts = [("description", description), ("owner", owner), ("policy", policy)]
        pairs += (words + texts).compactMap { key, value in
            value.map { (Node(key), Node($0, .implicit, .doubleQuoted)) }
        }
        let trees = [("generator", generator ?? standard), ("allowed_workspaces", allowedWorkspaces)]
        for (key, text) in trees {
            guard let text else { continue }
            let option = "--" + key.replacing("_", with: "-")
            let isEmpty = text.isEmpty
            pairs.append((Node(key), isEmpty ? Node("", .implicit, .doubleQuoted) : try YAMLOption.node(text, option)))
        }
        var entry = MappingReader(Node(pairs), name: "options", diagnostics)
        let result = read(&entry)
        entry.finish()
        guard diagnostics.issues.isEmpty, let result else {
            let messages = diagnostics.issues.map { issue in
                // The message begins with its key, which is the option's name with underscores.
                let key = issue.message.prefix { $0 != ":" && $0 != " " }
                return "--\(key.replacing("_", with: "-"))\(issue.message.dropFirst(key.count))"
            }
            throw ControlFailure(status: .usage, message: messages.joined(separator: "\nerror: "))
        }
        return result
    }
}

/// Reads options whose values are YAML.
enum YAMLOption {
    /// Reads a word, or a YAML flow map or list, as a tree.
    static func node(_ text: String, _ option: String) throws -> Node {
        do {
            return try YAMLText.compose(text, source: option)
        } catch {
            // Line and column are left out: the text is one word of the command line.
            let messages = error.issues.map { "\($0.source): \($0.message)" }
            throw ControlFailure(status: .usage, message: messages.joined(separator: "\nerror: "))
        }
    }

    /// Reads a generator: a word, or a YAML flow map.
    static func generator(_ text: String, _ option: String) throws -> GeneratorSpecification {
        try generator(try node(text, option), option)
    }

    /// Reads a generator's tree.
    static func generator(_ node: Node, _ option: String) throws -> GeneratorSpecification {
        let diagnostics = Diagnostics(source: option)
        let root = Node([(Node("generator"), node)])
        var entry = MappingReader(root, name: option, diagnostics)
        let reader = GeneratorReader(BuiltInGenerators())
        let specification = entry.value("generator").flatMap { reader.specification($0, in: &entry) }
        guard diagnostics.issues.isEmpty, let specification else {
            let messages = diagnostics.issues.map { "\(option): \($0.message)" }
            throw ControlFailure(status: .usage, message: messages.joined(separator: "\nerror: "))
        }
        return specification
    }
}

extension Configuration {
    /// Refuses a generator that would replace a credential of the daemon.
    func refuse(_ generator: GeneratorSpecification) throws(ControlFailure) {
        if let refusal = refusal(of: generator) {
            throw ControlFailure(status: .usage, message: "--generator: \(refusal)")
        }
    }
}
