import Foundation
import RotationCore
import TestSupport
import Testing

@testable import RotationDaemon

/// The messages of the journal, and what is shown with them.
struct MessageCatalogTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let catalog = root.appending(path: "systemd/secret-rotator.catalog")

    private static func read(_ file: URL) throws -> String { try String(contentsOf: file, encoding: .utf8) }

    /// The parts of the catalogue: ID, header, text.
    private static func messages() throws -> [(id: String, header: [String], text: String)] {
        try read(catalog).split(separator: "\n-- ").dropFirst().map { part in
            let halves = part.split(separator: "\n\n", maxSplits: 1)
            let lines = halves[0].split(separator: "\n").map(String.init)
            return (lines[0], Array(lines.dropFirst()), halves.count == 2 ? String(halves[1]) : "")
        }
    }

    /// They are stored in journals, and in people's alert rules.
    @Test func idsStay() {
        #expect(AuditEventName.daemonStarted.messageID == "004ca896f9618c4a8a0294e1f6f24c6f")
        let ids = AuditEventName.allCases.map(\.messageID)
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{12}8[0-9a-f]{3}[89ab][0-9a-f]{15}/) != nil })
    }

    @Test func eachEventHasAMessageAndNothingElseHas() throws {
        let messages = try Self.messages()
        #expect(messages.map(\.id).sorted() == AuditEventName.allCases.map(\.messageID).sorted())
        for message in messages {
            #expect(message.header.contains { $0.hasPrefix("Subject: ") }, "\(message.id)")
            #expect(!message.text.isEmpty, "\(message.id)")
        }
    }

    /// A field that no record has would be shown as it stands.
    @Test func messagesNameFieldsThatTheEventHas() throws {
        let byID = Dictionary(uniqueKeysWithValues: AuditEventName.allCases.map { ($0.messageID, $0) })
        for message in try Self.messages() {
            let event = try #require(byID[message.id])
            let scope = event.type.scope.required
            var known: Set<Substring> = ["SEQ", "EVENT"]
            if scope.contains(.hub) { known.insert("HUB") }
            if scope.contains(.rotation) { known.insert("ROTATION") }
            if scope.isSuperset(of: [.hub, .alias]) { known.formUnion(["ALIAS", "SECRET"]) }
            let text = (message.header + [message.text]).joined(separator: "\n")
            for match in text.matches(of: /@([A-Z_]+)@/) {
                #expect(known.contains(match.output.1), "\(event.rawValue) has no \(match.output.1)")
            }
        }
    }

    @Test func idsAreDocumented() throws {
        let page = Self.root.appending(path: "Sources/RotationDaemon/Documentation.docc/Journal.md")
        let rows = try Self.read(page).split(separator: "\n").filter { $0.contains("| `") && $0.contains(".") }
        let expected = AuditEventName.allCases.map { "| `\($0.rawValue)` | `\($0.messageID)` |" }
        #expect(
            rows.map(String.init).filter { $0.wholeMatch(of: /\| `[a-z._]+` \| `[0-9a-f]{32}` \|/) != nil } == expected
        )
    }

    private static let journalctl = "/usr/bin/journalctl"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: journalctl), "journalctl is not installed"))
    func journalctlTakesTheCatalogue() async throws {
        try await TemporaryFolder.with { folder async throws in
            let place = folder.file("usr/lib/systemd/catalog")
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: Self.catalog.path(), toPath: place + "/secret-rotator.catalog")
            #expect(try await Self.run(["--root=\(folder.path)", "--update-catalog"]).status == 0)
            let listed = try await Self.run(["--root=\(folder.path)", "--list-catalog"]).output.split(separator: "\n")
            #expect(listed.count == AuditEventName.allCases.count)
            #expect(listed.allSatisfy { $0.dropFirst(33).hasPrefix("secret-rotator: ") }, "\(listed)")
        }
    }

    private static func run(_ arguments: [String]) async throws -> (status: Int32, output: String) {
        try await offPool {
            let (process, output) = (Process(), Pipe())
            process.executableURL = URL(filePath: journalctl)
            process.arguments = arguments
            process.standardOutput = output
            try process.run()
            let data = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: data, as: UTF8.self))
        }
    }
}
