import Foundation
import RotationCore
import Testing

/// The page `JSONOutput`: for each section the shape of a line that its commands print with `--json`.
struct OutputPage {
    /// A section of the page.
    struct Section {
        /// Its heading: commands, or one command with the option that makes it print such lines.
        var heading: String
        var shape: OutputShape

        /// Its commands, such as `schedule list`.
        var commands: [String] {
            heading.components(separatedBy: ", ").map { $0.components(separatedBy: " --")[0] }
        }

        /// The option, such as `--wait`; nil for none.
        var option: String? {
            heading.components(separatedBy: " --").dropFirst().first.map { "--\($0)" }
        }
    }

    let sections: [Section]

    /// The page, read once.
    static let shared = Result { try OutputPage(Page.guide("JSONOutput")) }

    init(_ page: Page) throws {
        var fields: [String: [String: OutputShape.Field]] = [:]
        let texts = page.text.components(separatedBy: "\n## ").dropFirst()
        sections = try texts.filter { !$0.hasPrefix("Overview\n") }.map { text in
            let heading = text.prefix { $0 != "\n" }
            var own = try Self.fields(page.rows(below: "## \(heading)"))
            if let other = text.firstMatch(of: #/with the keys of `([^`]+)`/#)?.1 {
                own.merge(try #require(fields[String(other)], "\(heading)")) { $1 }
            }
            fields[String(heading)] = own
            return Section(heading: String(heading), shape: .record(own))
        }
    }

    /// The sections for a command line; nil if it prints none of these lines.
    func printed(by arguments: [String]) -> [Section]? {
        var words = arguments[...]
        if words.first == "--config" { words = words.dropFirst(2) }
        let commands = [words.prefix(2), words.prefix(1)].map { $0.joined(separator: " ") }
        guard let command = commands.first(where: { name in sections.contains { $0.commands.contains(name) } }) else {
            return nil
        }
        // Without a terminal `schedule next` needs no `--json`.
        let isJSON = words.contains("--json") || command == "schedule next" && !words.contains("--by")
        guard isJSON, !words.contains("--help") else { return nil }
        let those = sections.filter { $0.commands.contains(command) }
        let special = those.filter { section in section.option.map { words.contains($0) } ?? false }
        let plain = those.filter { $0.option == nil }
        // An archive's line comes after that of the log.
        return special.isEmpty ? plain : special + (special.contains { $0.option == "--archive" } ? plain : [])
    }

    // MARK: Reading

    private static func fields(_ rows: [[String]]) throws -> [String: OutputShape.Field] {
        var fields: [String: OutputShape.Field] = [:]
        for row in rows {
            for path in Page.words(in: row[0]) {
                let parts = path.components(separatedBy: "[].")
                let field = try Self.field(row)
                guard parts.count == 2 else {
                    fields[path] = field
                    continue
                }
                guard case .list(.record(var within))? = fields[parts[0]]?.shape else {
                    throw Unreadable(description: "\(path) is in no list")
                }
                within[parts[1]] = field
                fields[parts[0]]?.shape = .list(.record(within))
            }
        }
        return fields
    }

    private static func field(_ row: [String]) throws -> OutputShape.Field {
        let isRequired = !row[1].hasSuffix(", if any")
        let shape = try Self.shape(isRequired ? row[1] : String(row[1].dropLast(", if any".count)))
        return OutputShape.Field(shape: shape, isRequired: isRequired, meaning: Self.plain(row[2]))
    }

    private static func shape(_ text: String) throws -> OutputShape {
        if text.hasPrefix("`") { return .word(Page.words(in: text)) }
        if text.hasPrefix("list: ") { return .list(try shape(String(text.dropFirst(6)))) }
        if text.hasPrefix("object of ") { return .map(try shape(String(text.dropFirst(10)))) }
        let parts = text.components(separatedBy: " or ")
        if parts.count > 1 { return .either(try parts.map(shape)) }
        switch text {
        case "text": return .text
        case "number": return .number
        case "boolean": return .boolean
        case "instant": return .instant
        case "ID": return .identifier
        case "object": return .object
        // Its keys are on the next lines.
        case "list": return .list(.record([:]))
        default: throw Unreadable(description: "\(text) is no shape")
        }
    }

    /// A text without links and backquotes.
    private static func plain(_ text: String) -> String {
        text.replacing(#/\[([^\]]*)\]\([^)]*\)/#) { $0.1 }.replacing("`", with: "")
    }

    /// Why the page can't be read.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }
}
