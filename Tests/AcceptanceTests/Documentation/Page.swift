import Foundation
import Testing

/// A page of the documentation: the README, CONTRIBUTING or a guide.
struct Page: Sendable, CustomTestStringConvertible {
    /// Its path in the repository.
    let path: String
    let text: String

    /// The repository's folder, with a slash at the end.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        .standardizedFileURL
        .path()
    /// The folder of the guides.
    static let catalogue = "Sources/secret-rotator/Documentation.docc"

    static let readme = Page("README.md")
    /// All guides, by name.
    static let guides: [Page] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root + catalogue)) ?? []
        return names.filter { $0.hasSuffix(".md") }.sorted().map { Page("\(catalogue)/\($0)") }
    }()
    /// All pages for people.
    static let all = [readme, Page(".github/CONTRIBUTING.md")] + guides

    init(_ path: String) {
        self.init(path, text: (try? String(contentsOfFile: Self.root + path, encoding: .utf8)) ?? "")
    }

    /// A page with a text that is not in the repository.
    init(_ path: String, text: String) {
        (self.path, self.text) = (path, text)
    }

    /// The guide of a name, such as `Operating`.
    static func guide(_ name: String) -> Page { Page("\(catalogue)/\(name).md") }

    var testDescription: String { path }

    /// A code block.
    struct Block: Sendable {
        /// The comment in the line before it, which says what tests do with it, such as `session`; nil for none.
        var mark: String?
        /// Its language, such as `sh`.
        var language: String
        var text: String
    }

    /// The code blocks, in order.
    var blocks: [Block] {
        var (blocks, open, last) = ([Block](), Block?.none, Substring())
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if var block = open {
                if line == "```" {
                    blocks.append(block)
                    open = nil
                } else {
                    block.text += block.text.isEmpty ? "\(line)" : "\n\(line)"
                    open = block
                }
            } else if line.hasPrefix("```") {
                let mark = last.wholeMatch(of: /<!-- (.+) -->/).map { String($0.1) }
                open = Block(mark: mark, language: String(line.dropFirst(3)), text: "")
            }
            last = line
        }
        return blocks
    }

    /// The commands that tests run: the code blocks after the comment `session`, in order.
    var sessions: [String] { blocks.filter { $0.mark == "session" && $0.language == "sh" }.map(\.text) }

    /// The lines that its sessions print, among others: those of the code blocks after the comment `output`.
    ///
    /// An ellipsis stands for any text.
    var outputs: [String] {
        blocks.filter { $0.mark == "output" }.flatMap { $0.text.split(separator: "\n").map(String.init) }
    }

    /// The text without code blocks.
    var prose: String {
        text.components(separatedBy: "```").enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
            .joined()
    }

    /// The headings, as links name them: small letters and digits, and hyphens for spaces.
    var anchors: Set<String> {
        let headings = prose.split(separator: "\n").filter { $0.hasPrefix("#") }
        return Set(headings.map { Self.anchor(String($0.drop { $0 == "#" }.dropFirst())) })
    }

    /// A heading or the end of a link as an anchor.
    static func anchor(_ heading: String) -> String {
        heading.lowercased().replacing(" ", with: "-").filter { $0.isLetter || $0.isNumber || "-_".contains($0) }
    }

    /// The rows of the tables below a heading, without heads: the cells of each row.
    ///
    /// - Parameter heading: The heading with its signs, such as `## Messages`; subsections belong to it.
    func rows(below heading: String) throws -> [[String]] {
        let start = try #require(text.range(of: "\n\(heading)\n"), "\(path) has no heading \(heading)")
        let level = heading.prefix { $0 == "#" }
        let end = text[start.upperBound...].range(of: "\n\(level) ")?.lowerBound ?? text.endIndex
        let tables = text[start.upperBound..<end].components(separatedBy: "\n\n").filter { $0.contains("| --- |") }
        return tables.flatMap { table in
            table.split(separator: "\n").drop { !$0.hasPrefix("| --- |") }.dropFirst().map { row in
                row.replacing("\\|", with: "\u{0}").split(separator: "|", omittingEmptySubsequences: false).dropFirst()
                    .dropLast().map { $0.replacing("\u{0}", with: "|").trimmingCharacters(in: .whitespaces) }
            }
        }
    }

    /// The texts in backquotes in a cell.
    static func words(in cell: String) -> [String] {
        cell.matches(of: #/`([^`]+)`/#).map { String($0.1) }
    }
}
