import RotationCore
import TestSupport
import ValueGenerators

@testable import RotationConfiguration

/// The keys of a schedules file: their names and forms from the reader, their meanings from the example file.
struct ScheduleKeys {
    /// An entry of the example.
    private struct Entry {
        var keys: [ExampleFile.Key]
        var text: String
        /// The keys that the reader asks for in it.
        var read: [String: KeyRecorder.Key]
    }

    private static let registry = BuiltInGenerators()
    private static let list = "schedules[]."
    private let entries: [Entry]
    private let configuration: Configuration

    init() throws {
        let example = try ExampleFile("schedules.yaml")
        let configuration = try Configuration.parse(configurationText(), path: "example")
        let starts = example.keys.filter { $0.path == Self.list + "secret" }.map(\.line)
        let ends = starts.dropFirst() + [example.lines.endIndex]
        entries = try zip(starts, ends).map { start, end in
            let text = "schedules:\n" + example.lines[start..<end].joined(separator: "\n") + "\n"
            let recorder = KeyRecorder()
            _ = try Self.parse(text, recorder, configuration)
            let keys = example.keys.filter { (start..<end).contains($0.line) }.map { key in
                var key = key
                key.line -= start - 1
                return key
            }
            return Entry(keys: keys, text: text, read: recorder.keys)
        }
        self.configuration = configuration
    }

    private static func parse(
        _ text: String,
        _ recorder: KeyRecorder?,
        _ configuration: Configuration
    ) throws -> [DesiredSchedule] {
        let diagnostics = Diagnostics(source: "example", recorder: recorder)
        return try SchedulesFile.parse(text, diagnostics, configuration, generators: registry) { _ in nil }
    }

    // MARK: Keys of an entry

    /// The keys that the reader asks for in each entry, sorted.
    var read: [String] {
        Set(entries.flatMap { $0.read.keys.compactMap(Self.ownName) }).sorted()
    }

    /// A row for each key of an entry, in the order of the example.
    var rows: [KeyTable.Row] {
        get throws {
            var rows: [KeyTable.Row] = []
            for entry in entries {
                for key in entry.keys {
                    guard let name = Self.ownName(key.path), !rows.contains(where: { $0.path == name }) else {
                        continue
                    }
                    let known = entry.read[key.path]
                    rows.append(
                        KeyTable.Row(
                            path: name,
                            form: known?.form ?? "type, or mapping",
                            standard: try standard(of: key, in: entry),
                            isRequired: known?.isRequired ?? false,
                            meaning: key.comment
                        )
                    )
                }
            }
            return rows
        }
    }

    /// The name of a key of an entry itself; nil for what is within one.
    private static func ownName(_ path: String) -> String? {
        guard path.hasPrefix(list) else { return nil }
        let name = path.dropFirst(list.count)
        return name.contains(".") ? nil : String(name)
    }

    /// The default of a key: the value of the example, if the schedule is the same without it.
    private func standard(of key: ExampleFile.Key, in entry: Entry) throws -> String? {
        guard key.line > 1, !key.value.isEmpty else { return nil }
        var lines = entry.text.split(separator: "\n", omittingEmptySubsequences: false)
        lines.remove(at: key.line)
        let without = try? Self.parse(lines.joined(separator: "\n"), nil, configuration)
        return without == (try Self.parse(entry.text, nil, configuration)) ? key.value : nil
    }

    // MARK: Generators

    /// A type of generator.
    struct Generator {
        var type: String
        var meaning: String
        /// The parameters that the reader asks for, sorted.
        var read: [String]
        var rows: [KeyTable.Row]
    }

    /// The types of the registry.
    var types: [String] { Self.registry.types }

    /// The types of the example, in its order.
    var generators: [Generator] {
        entries.compactMap { entry in
            let path = Self.list + "generator."
            guard let type = entry.keys.first(where: { $0.path == path + "type" }) else { return nil }
            let read = entry.read.keys.filter { $0.hasPrefix(path) }.map { String($0.dropFirst(path.count)) }
            let rows = entry.keys.compactMap { key -> KeyTable.Row? in
                guard key.path.hasPrefix(path), key != type else { return nil }
                let name = String(key.path.dropFirst(path.count))
                let known = entry.read[key.path]
                return KeyTable.Row(
                    path: name,
                    form: known?.form ?? "mapping",
                    standard: Self.standard(of: name, of: type.value),
                    isRequired: known?.isRequired ?? false,
                    meaning: key.comment
                )
            }
            let own = read.filter { !$0.contains(".") && $0 != "type" }.sorted()
            return Generator(type: type.value, meaning: type.comment, read: own, rows: rows)
        }
    }

    /// The default of a parameter in the registry; nil for none, and for an empty one.
    private static func standard(of parameter: String, of type: String) -> String? {
        let standard = registry.parameters(of: type).first { $0.name == parameter }?.standard
        guard let standard, ![.string(""), .array([]), .object([:])].contains(standard) else { return nil }
        if case .string(let text) = standard { return text }
        return standard.canonicalText
    }
}
