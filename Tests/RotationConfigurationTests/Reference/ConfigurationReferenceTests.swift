import Foundation
import TestSupport
import Testing

@testable import RotationConfiguration

/// The keys that the reader asks for are those of the example file and of the reference, with their defaults.
///
/// `SECRET_ROTATOR_RECORD=1 swift test --filter ReferenceTests` writes the pages anew.
struct ConfigurationReferenceTests {
    private let keys: ConfigurationKeys

    init() throws { keys = try ConfigurationKeys() }

    @Test func exampleHasExactlyTheKeysOfTheReader() {
        let (shown, read) = (Set(keys.keys.map(\.path)), Set(keys.read.keys))
        #expect(read.subtracting(shown).sorted() == [], "not in config/secret-rotator.yaml")
        #expect(shown.subtracting(read).sorted() == [], "not read")
        #expect(read.count > 60)
    }

    @Test func eachKeyIsExplained() {
        let mute = keys.keys.filter { $0.comment.isEmpty && keys.read[$0.path]?.form != nil }
        #expect(mute.map(\.path) == [])
    }

    /// What is no comment in the example is required, or shows the default.
    @Test func exampleShowsTheDefaults() throws {
        let others = try keys.keys.filter { key in
            guard !key.isCommentedOut, let known = keys.read[key.path], known.form != nil, !known.isRequired else {
                return false
            }
            return try keys.standard(of: key) == nil
        }
        // Its default depends on `database`.
        #expect(others.map(\.path) == ["control"])
    }

    @Test func requiredKeysAreThese() {
        let required = keys.read.filter(\.value.isRequired).keys.sorted()
        #expect(
            required == [
                "audit.stream.socket", "audit.witnesses[].key", "audit.witnesses[].url", "database", "hubs",
                "hubs.NAME.context", "hubs.NAME.token", "hubs.NAME.url", "keys", "keys.staging", "notifications[].name",
            ]
        )
    }

    @Test func pageIsTheOneOfTheReader() throws {
        let page = "Sources/secret-rotator/Documentation.docc/ConfigurationKeys.md"
        #expect(try RecordedFile.changes(ConfigurationPage.text(keys), page) == [])
    }

    /// The page names each variable of the environment that the program reads, and no other.
    @Test func variablesAreThoseOfTheSources() throws {
        let read = Set(try Self.sources().matches(of: #/nvironment\["([A-Z_]+)"\]/#).map { String($0.1) })
        let page = try ConfigurationPage.text(keys)
        let section = page.components(separatedBy: "## Environment\n").last?.components(separatedBy: "\n## ").first
        let rows = try #require(section).split(separator: "\n").filter { $0.hasPrefix("| `") }
        let named = rows.compactMap { $0.components(separatedBy: " | ").first }.joined()
        #expect(Set(named.matches(of: #/`([A-Z_]+)`/#).map { String($0.1) }) == read)
    }

    @Test func keysThatNeedARestartAreThoseOfTheDaemon() throws {
        let warning = try Self.sources().firstMatch(of: #/"([a-z_., ]+): a change needs a restart"/#)?.1
        let keys = try #require(warning).components(separatedBy: ", ").map { "`\($0)`" }
        let page = try ConfigurationPage.text(self.keys).replacing("\n", with: " ")
        #expect(page.contains("\(keys.dropLast().joined(separator: ", ")) and \(keys.last ?? "") need a restart"))
    }

    /// All sources of the program.
    private static func sources() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../Sources")
            .standardizedFileURL
        let files = try FileManager.default.subpathsOfDirectory(atPath: root.path()).filter { $0.hasSuffix(".swift") }
        return try files.map { try String(contentsOf: root.appending(path: $0), encoding: .utf8) }.joined()
    }
}
