import AIHubClient
import Foundation
import RotationCore
import Testing

/// A hub that repeats what was sent: of its answer nothing is kept that shares four characters with value or token.
@Suite(.timeLimit(.minutes(5)))
struct EchoTests {
    private static let value = "Zq9-hunter2-Passw0rd"
    private static let token = "tok.EN-4711-abcdXYZ"

    /// The ways in which a hub may repeat a text as a word.
    static let forms: [(name: String, form: @Sendable (String) -> String)] = [
        ("raw", { $0 }), ("upper case", { $0.uppercased() }), ("lower case", { $0.lowercased() }),
        ("reversed", { String($0.reversed()) }), ("hexadecimal", { hex($0) }),
        ("hexadecimal, upper case", { hex($0).uppercased() }), ("reversed hexadecimal", { hex(String($0.reversed())) }),
        ("hexadecimal, reversed", { String(hex($0).reversed()) }), ("odd hexadecimal", { "a" + hex($0) }),
        ("Base64", { base64($0) }), ("Base64 after one byte", { base64("x" + $0) }),
        ("Base64 after two bytes", { base64("xy" + $0) }), ("reversed Base64", { base64(String($0.reversed())) }),
        ("in groups", { grouped($0) }), ("hexadecimal in groups", { grouped(hex($0)) }),
        ("among others", { "req-" + $0.suffix(6) + "-1" }), ("four characters", { "r" + $0.suffix(4) + "r" }),
    ]

    private static func hex(_ text: String) -> String {
        text.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func base64(_ text: String) -> String {
        Data(text.utf8).base64EncodedString().filter { $0 != "=" }
    }

    private static func grouped(_ text: String) -> String {
        stride(from: 0, to: text.count, by: 2).map { String(text.dropFirst($0).prefix(2)) }.joined(separator: "-")
    }

    /// Which secret is repeated, and how, as a word that passes for a request's ID.
    static let echoes: [(name: String, word: String)] = ["value": value, "token": token].flatMap { name, text in
        forms.map { ("\(name), \($0.name)", String($0.form(text).filter { isWordCharacter($0) }.prefix(64))) }
    }

    private static func isWordCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "-")
    }

    private static func update(_ client: SecretsClient) async throws -> Receipt {
        try await client.update(SecretUpdate(alias: try alias("db"), value: try secret(value)))
    }

    private func withHub<T>(
        _ reply: ScriptedHub.Reply,
        _ body: (SecretsClient, _ address: String) async throws -> T
    ) async throws -> T {
        let hub = ScriptedHub { _ in reply }
        return try await hub.serve { address in
            try await withClient("http://\(address)/api", ClientOptions(token: Self.token)) { client, _ in
                try await body(client, address)
            }
        }
    }

    @Test(arguments: echoes.indices)
    func repeatedSecretIsNoRequestID(index: Int) async throws {
        let (name, word) = Self.echoes[index]
        let fields = ["X-Request-ID", "x-amzn-RequestId", "X-Correlation-ID", "CF-RAY"].map { ($0, word) }
        let receipt = try await withHub(.answer(200, fields)) { client, _ in try await Self.update(client) }
        #expect(receipt.requestID == nil, "\(name)")
        let error = try await withHub(.answer(503, fields)) { client, _ in
            try await hubError { try await Self.update(client) }
        }
        #expect(error == HubError(.unavailable, status: 503), "\(name)")
    }

    @Test func otherWordIsKept() async throws {
        for id in ["7f3c-11", "a", String(repeating: "a", count: 64), "9b2e4f60-1c3d-4e5f-8a7b-0c1d2e3f4a5b", "Zq9"] {
            let receipt = try await withHub(.answer(200, [("X-Request-ID", id)])) { client, _ in
                try await Self.update(client)
            }
            #expect(receipt.requestID == id)
        }
    }

    /// What is not said by the update is not known by the list: the token is.
    @Test func listKeepsNoUserThatRepeatsTheToken() async throws {
        let users = ["u-1", Self.token.filter { $0 != "." }, "a b", "4711", "u-1"]
        let items = users.map { #"{"alias":"a","updated_at":1795433172123,"last_updated_by":"\#($0)"}"# }
        let body = #"{"secrets":[\#(items.joined(separator: ","))]}"#
        let listed = try await withHub(.answer(200, body: body)) { client, _ in
            try await client.list(alias: nil, workspace: nil)
        }
        #expect(listed.map(\.lastUpdatedBy) == ["u-1", nil, nil, nil, "u-1"])
        #expect(listed.map(\.updatedAt) == Array(repeating: 1_795_433_172_123, count: 5))
    }

    /// Four digits of an instant stand in many a token by chance; eight do not.
    @Test(arguments: [("key-1795-x", true), ("key-17954331-x", false), ("13345971", false), ("17954331721230", false)])
    func listKeepsNoInstantThatRepeatsTheToken(token: String, isKept: Bool) async throws {
        let hub = ScriptedHub { _ in .answer(200, body: #"{"secrets":[{"alias":"a","updated_at":1795433172123}]}"#) }
        let listed = try await hub.serve { address in
            try await withClient("http://\(address)/api", ClientOptions(token: token)) { client, _ in
                try await client.list(alias: nil, workspace: nil)
            }
        }
        #expect(listed.map(\.updatedAt) == [isKept ? 1_795_433_172_123 : nil])
    }

    /// A name below the hub's own is kept, unless it repeats what was sent.
    @Test(arguments: [
        ("eu", true), ("hunter2", false), ("a.hunt.er2", false), ("a b", false), ("a_b", false),
        (String(repeating: "a.", count: 130) + "a", false),
    ])
    func hostBelowTheHubsIsKept(below: String, isKept: Bool) async throws {
        let hub = ScriptedHub { _ in .answer(307, [("Location", "https://\(below).localhost/x")]) }
        let error = try await hub.serve { address in
            let root = "http://" + address.replacing("127.0.0.1", with: "localhost") + "/api"
            return try await withClient(root, ClientOptions(token: Self.token)) { client, _ in
                try await hubError { try await Self.update(client) }
            }
        }
        #expect(error.redirectHost == (isKept ? "\(below).localhost" : nil))
    }
}
