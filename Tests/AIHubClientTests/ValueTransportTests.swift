import AIHubClient
import Foundation
import RotationCore
import SandboxHub
import TestSupport
import Testing

/// Values arrive exactly as they are.
///
/// Only booleans are compared: a failure must not print a value.
struct ValueTransportTests {
    static let values: [(name: String, text: String)] = [
        ("quotes", #"a"b""c'"#),
        ("backslashes", #"\ \\ \" \n \u0041 C:\temp\"#),
        ("control characters", String(String.UnicodeScalarView((1..<0x20).compactMap(Unicode.Scalar.init)))),
        ("a zero character", "a\0b"),
        ("a delete character", "a\u{7F}b"),
        ("line separators", "a\u{2028}b\u{2029}c\u{85}d\r\ne"),
        ("emoji", "\u{1F511}\u{1F469}\u{200D}\u{1F680}\u{1F1E9}\u{1F1EA}"),
        ("combining marks, not normalised", "e\u{301}\u{E9}\u{212B}\u{C5}"),
        ("the end of Unicode", "\u{10FFFF}\u{FFFD}\u{FEFF}"),
        ("a slash and markup", "</script>&amp;/"),
        ("JSON", #"{"alias":"other","value":null}"#),
        ("spaces at its ends", "  a \t"),
        ("45,000 letters", String(repeating: "a", count: 45_000)),
        ("45,000 emoji", String(repeating: "\u{1F511}", count: 45_000)),
        ("45,000 characters that are escaped", String(repeating: "\u{1}", count: 45_000)),
        ("45,000 quotes", String(repeating: "\"", count: 45_000)),
    ]

    @Test(arguments: values.indices)
    func updatedValueArrivesExactly(index: Int) async throws {
        let text = Self.values[index].text
        let isSame = try await withSandboxClient { client, hub in
            let value = try secret(text)
            _ = try await client.update(SecretUpdate(alias: try alias("db_password"), value: value))
            return hub.value(of: "db_password").map { Array($0.utf8) } == Array(text.utf8)
        }
        #expect(isSame, "\(Self.values[index].name)")
    }

    @Test(arguments: values.indices)
    func createdValueArrivesExactly(index: Int) async throws {
        let text = Self.values[index].text
        let isSame = try await withSandboxClient { client, hub in
            let value = try secret(text)
            _ = try await client.create(SecretCreation(alias: try alias("new"), value: value, access: .all))
            return hub.value(of: "new").map { Array($0.utf8) } == Array(text.utf8)
        }
        #expect(isSame, "\(Self.values[index].name)")
    }

    @Test func descriptionAndWorkspacesAreEscapedToo() async throws {
        let text = "a\"b\\c\u{1}\u{1F511}"
        let listed = try await withSandboxClient { client, _ in
            let name = try alias("db_password")
            _ = try await client.update(SecretUpdate(alias: name, description: text, access: .only([text, "w"])))
            return try await client.list(alias: name, workspace: text)
        }
        #expect(listed.map(\.description) == [text])
        #expect(listed.map(\.allowedWorkspaces) == [[text, "w"]])
    }
}
