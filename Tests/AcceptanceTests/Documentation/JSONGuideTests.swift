import Foundation
import Testing

/// The guide `JSONOutput` beside the code: each key of `--json` has its place, and no key is invented.
@Suite struct JSONGuideTests {
    /// The texts of the Swift files below a folder.
    private static func sources(_ folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: Page.root + folder).filter { $0.hasSuffix(".swift") }
            .map { Page("\(folder)/\($0)").text }
    }

    /// The words in backquotes in the tables of the guide: keys in the first column, values in the second, keys of other objects in the third.
    private static func words(column: Int? = nil) throws -> Set<String> {
        let guide = Page.guide("JSONOutput")
        let headings = guide.text.split(separator: "\n").filter { $0.hasPrefix("## ") }.dropFirst()
        let rows = try headings.flatMap { try guide.rows(below: String($0)) }
        let words = rows.flatMap { row in Page.words(in: column.map { row[$0] } ?? row.joined()) }
        return Set(words.flatMap { $0.components(separatedBy: "[].") })
    }

    @Test func eachKeyOfTheProgramHasItsPlace() throws {
        let files = try Self.sources("Sources/secret-rotator").filter { $0.contains("JSONValue") }
        let keys = files.flatMap { text in
            text.matches(of: #/"([a-z_0-9]+)": |fields\["([a-z_0-9]+)"\] =/#).compactMap { $0.1 ?? $0.2 }.map(
                String.init
            )
        }
        #expect(keys.count > 100)
        let missing = Set(keys).subtracting(try Self.words()).sorted()
        #expect(missing.isEmpty, "these need a row in JSONOutput.md: \(missing)")
    }

    @Test func eachKeyOfTheGuideIsOneOfTheProgram() throws {
        let text = try Self.sources("Sources").joined()
        let unknown = try Self.words(column: 0).filter { key in
            let parts = key.split(separator: "_")
            let name = (parts.prefix(1) + parts.dropFirst().map { Substring($0.capitalized) }).joined()
            return !text.contains("\"\(key)\"") && !text.contains("case \(name)") && !text.contains("var \(name):")
        }
        #expect(unknown.isEmpty, "the program has no such keys: \(unknown.sorted())")
    }
}
