import Notifications
import TestSupport

@testable import RotationConfiguration

/// The keys of the configuration: their names and forms from the reader, their meanings from the example file.
struct ConfigurationKeys {
    let example: ExampleFile
    /// The keys that the reader asks for.
    let read: [String: KeyRecorder.Key]
    /// Texts of the example that the reader accepts; together they have each key.
    private let variants: [Variant]

    /// A text, and the configuration that it is, as a text that can be compared.
    private struct Variant {
        var removed: [ExampleFile.Key]
        var configuration: String
    }

    init() throws {
        let example = try ExampleFile("secret-rotator.yaml")
        let recorder = KeyRecorder()
        // These keys exclude each other.
        let exclusive: [Set<String>] = [
            ["generators.sockets", "heartbeat.file"],
            ["generators.user", "heartbeat.url", "heartbeat.ca_file"],
        ]
        variants = try exclusive.map { paths in
            let removed = example.keys.filter { paths.contains($0.path) }
            return Variant(removed: removed, configuration: try Self.parse(example, without: removed, recorder))
        }
        self.example = example
        read = Dictionary(recorder.keys.map { (Self.general($0.key), $0.value) }) { first, _ in first }
    }

    /// The keys of the example, each once, with their general paths.
    var keys: [ExampleFile.Key] {
        var places: [String: Int] = [:]
        return example.keys.reduce(into: []) { keys, key in
            let path = Self.general(key.path)
            if let place = places[path] {
                if keys[place].comment.isEmpty { keys[place].comment = key.comment }
            } else {
                places[path] = keys.count
                keys.append(key)
                keys[keys.count - 1].path = path
            }
        }
    }

    /// The default of a key: the value of the example, if the configuration is the same without it.
    func standard(of key: ExampleFile.Key) throws -> String? {
        guard !example.lines[key.line].contains("- \(Self.name(of: key)):") else { return nil }
        let variant = variants.first { variant in !variant.removed.contains { $0.line == key.line } }
        guard let variant, !key.value.isEmpty else { return nil }
        let without = try? Self.parse(example, without: variant.removed + [key], nil)
        return without == variant.configuration ? key.value : nil
    }

    private static func name(of key: ExampleFile.Key) -> String { String(key.path.split(separator: ".").last ?? "") }

    /// A path without the name that a person has chosen.
    private static func general(_ path: String) -> String { path.replacing("hubs.production", with: "hubs.NAME") }

    /// Reads the example as a configuration, with users and groups that each system knows.
    private static func parse(
        _ example: ExampleFile,
        without keys: [ExampleFile.Key],
        _ recorder: KeyRecorder?
    ) throws -> String {
        var text = example.text(without: keys).replacing("user: secret-rotator-plug-ins", with: "user: nobody")
        text = text.replacing(#/(users|groups): \[.*\]/#) { "\($0.1): [root]" }
        var rules = testRules
        rules.notificationKinds = Condition.Kind.allCases.map(\.rawValue)
        var configuration = try Configuration.parse(text, Diagnostics(source: "example", recorder: recorder), rules)
        configuration.hash = ""
        var result = ""
        dump(configuration, to: &result)
        // Dictionaries and sets have no order.
        return result.split(separator: "\n").sorted().joined(separator: "\n")
    }
}
