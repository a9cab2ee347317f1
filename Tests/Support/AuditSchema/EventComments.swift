import Foundation

/// The documentation comments of the audit events, read from their source: what the schema and its page say of them.
struct EventComments {
    /// A comment by `Type` or `Type.property`.
    private var texts: [String: String] = [:]

    init() throws {
        let sources = URL(filePath: #filePath).appending(path: "../../../../Sources/RotationCore/Audit/Events")
            .standardized
        let files = try FileManager.default.contentsOfDirectory(at: sources, includingPropertiesForKeys: nil)
        for file in files where file.pathExtension == "swift" {
            read(try String(contentsOf: file, encoding: .utf8))
        }
    }

    /// Reads a file as `swift format` leaves it: events are indented once, their properties twice.
    private mutating func read(_ source: String) {
        var (type, comment) = ("", [Substring]())
        for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
            let text = line.drop { $0 == " " }
            if text.hasPrefix("///") {
                let words = text.dropFirst(3).drop { $0 == " " }
                if !words.isEmpty { comment.append(words) }
                continue
            }
            let words = text.split { " :=(".contains($0) }.drop { $0 == "package" }
            switch (line.count - text.count, words.first) {
            case (4, "struct"):
                type = String(words.dropFirst().first ?? "")
                texts[type] = comment.joined(separator: " ")
            case (8, "var"): texts["\(type).\(words.dropFirst().first ?? "")"] = comment.joined(separator: " ")
            default: break
            }
            comment = []
        }
    }

    /// The comment of a type or of one of its properties.
    ///
    /// - Throws: `NeverHappened` where there is none.
    func text(_ type: String, _ property: String? = nil) throws -> String {
        let name = property.map { "\(type).\($0)" } ?? type
        guard let text = texts[name], !text.isEmpty else { throw NeverHappened(description: "a comment on \(name)") }
        return text
    }
}
