import Foundation
import RotationCore
import TestSupport
import Testing

/// The JSON Schema of `--json` is what the page `JSONOutput` says, and what commands print.
///
/// `SECRET_ROTATOR_RECORD=1 swift test --filter JSONSchemaTests` writes it anew. Besides, each run of a command in any
/// test is held against the page: see `Program.run`.
@Suite(.timeLimit(.minutes(5)))
struct JSONSchemaTests {
    private let page: OutputPage

    init() throws { page = try OutputPage.shared.get() }

    @Test func schemaIsTheOneOfThePage() throws {
        let path = "\(Page.catalogue)/Resources/json-output.schema.json"
        #expect(try RecordedFile.changes(page.schema.indentedText + "\n", path) == [])
    }

    /// A command with `--json` has a section, and no section is about another one.
    @Test func eachCommandHasItsSection() async throws {
        struct Command: Decodable {
            var commandName: String
            var subcommands: [Command]?
            var arguments: [Argument]?
            struct Argument: Decodable { var valueName: String? }

            /// The names of the commands that have an option.
            func names(with option: String) -> [String] {
                let own = arguments?.contains { $0.valueName == option } == true ? [commandName] : []
                return own
                    + (subcommands ?? []).flatMap { inner in
                        inner.names(with: option).map { "\(commandName) \($0)" }
                    }
            }
        }
        struct Help: Decodable { var command: Command }
        let text = try await Program.run(["--experimental-dump-help"]).output
        let names = try JSONDecoder().decode(Help.self, from: Data(text.utf8)).command.names(with: "json")
        let documented = Set(page.sections.flatMap(\.commands)).union(["audit list", "audit show"])
        #expect(names.map { String($0.dropFirst("secret-rotator ".count)) }.sorted() == documented.sorted())
    }

    /// Python's jsonschema, which we did not write, reads the schema as we read the page.
    @Test func schemaSaysTheSameToPython() throws {
        var lines: [(heading: String, value: JSONValue)] = []
        for section in page.sections {
            guard case .object(let whole) = section.shape.example else { continue }
            lines.append((section.heading, .object(whole)))
            lines.append((section.heading, .object(whole.merging(["stray": 1]) { $1 })))
            for key in whole.keys.sorted() {
                lines.append((section.heading, .object(whole.filter { $0.key != key })))
                lines.append((section.heading, .object(whole.merging([key: .null]) { $1 })))
            }
        }
        #expect(lines.count > 250)
        let ours = lines.map { line in
            page.sections.contains { $0.heading == line.heading && $0.shape.fault(in: line.value) == nil }
        }
        #expect(ours.contains(true) && ours.contains(false))
        #expect(try validity(lines.map { (heading: $0.heading, text: $0.value.losslessText) }) == ours)
    }

    @Test func outputsOfCommandsAreValidForPython() async throws {
        let page = page
        let lines = try await Self.scenario(page)
        let valid = try validity(lines)
        for (line, isValid) in zip(lines, valid) { #expect(isValid, "\(line.heading): \(line.text)") }
        // The other tests, which see them too, need files and plug-ins for these.
        let others: Set = ["audit verify --archive", "audit verify --proof", "plug-in try"]
        #expect(Set(page.sections.map(\.heading)).subtracting(lines.map(\.heading)) == others)
    }

    /// Whether Python finds each line valid for its section.
    private func validity(_ lines: [(heading: String, text: String)]) throws -> [Bool] {
        let program = """
            import json, sys
            from jsonschema import Draft202012Validator
            schema, *lines = [json.loads(line) for line in sys.stdin]
            Draft202012Validator.check_schema(schema)
            for reference, text in lines:
                part = {"$ref": reference, "$defs": schema["$defs"]}
                print(Draft202012Validator(part).is_valid(json.loads(text)))
            """
        let questions = lines.map { line in
            JSONValue.array([.string(OutputPage.reference(to: line.heading)), .string(line.text)]).losslessText
        }
        return try Python.run(program, lines: [page.schema.losslessText] + questions).map { $0 == "True" }
    }
}
