import RotationCore
import Testing

/// An error holds classes and numbers: whatever way it is shown, nothing of a request or a response is seen.
@Suite(.timeLimit(.minutes(5)))
struct ErrorLeakTests {
    private static let markers = [
        "VALUE-MARKER", "TOKEN-MARKER", "PATH-MARKER", "BODY-MARKER", "HEADER-MARKER", "CONTEXT-MARKER", "127.0.0.1",
    ]

    /// A value, a token and a body that repeats what was sent.
    static let replies: [(name: String, reply: ScriptedHub.Reply)] =
        [400, 401, 403, 404, 409, 413, 422, 429, 500, 503].map { ("status \($0)", .answer($0, fields, body: echo)) } + [
            ("redirect", .answer(302, [("Location", "https://login.example/PATH-MARKER?q=TOKEN-MARKER")])),
            ("legacy error", .answer(200, fields, body: #"{"status":"ERROR","msg":"VALUE-MARKER BODY-MARKER"}"#)),
            ("closed", .close),
        ]

    private static let fields = [
        ("X-Request-Id", "HEADER-MARKER with spaces"), ("Retry-After", "HEADER-MARKER"), ("Server", "HEADER-MARKER"),
    ]
    private static let echo = #"{"message":"BODY-MARKER VALUE-MARKER TOKEN-MARKER"}"#

    /// All that can be seen of an error.
    private func texts(_ error: any Error) -> String {
        var dumped = ""
        dump(error, to: &dumped)
        return [String(describing: error), String(reflecting: error), "\(error)", dumped].joined(separator: "\n")
    }

    private func expectNothingSeen(_ error: HubError, _ name: String) {
        let seen = texts(error)
        let found = Self.markers.filter(seen.contains)
        #expect(found.isEmpty, "\(name)")
        #expect(seen.contains(error.kind.rawValue) || seen.contains("\(error.kind)"))
    }

    private func updateError(_ root: String, timeout: Duration = .seconds(20)) async throws -> HubError {
        let options = ClientOptions(context: "CONTEXT-MARKER", timeout: timeout, token: "TOKEN-MARKER")
        return try await withClient(root, options) { client, _ in
            let value = try secret("VALUE-MARKER")
            return try await hubError { try await client.update(SecretUpdate(alias: try alias("db"), value: value)) }
        }
    }

    @Test(arguments: replies.indices)
    func nothingIsSeenOfAnAnswer(index: Int) async throws {
        let (name, reply) = Self.replies[index]
        let hub = ScriptedHub { _ in reply }
        let error = try await hub.serve { try await updateError("http://\($0)/PATH-MARKER") }
        expectNothingSeen(error, name)
    }

    @Test func nothingIsSeenOfATimeOut() async throws {
        let hub = ScriptedHub { _ in .silence }
        let error = try await hub.serve {
            try await updateError("http://\($0)/PATH-MARKER", timeout: .milliseconds(200))
        }
        expectNothingSeen(error, "time-out")
    }

    @Test func nothingIsSeenOfAFailedConnection() async throws {
        // Port 1 is tcpmux, which nobody runs.
        expectNothingSeen(try await updateError("http://127.0.0.1:1/PATH-MARKER"), "refused")
        expectNothingSeen(try await updateError("https://127.0.0.1:1/PATH-MARKER"), "refused")
    }

    @Test func nothingIsSeenOfATLSError() async throws {
        let hub = ScriptedHub { _ in .answer(200) }
        expectNothingSeen(try await hub.serve { try await updateError("https://\($0)/PATH-MARKER") }, "TLS")
    }

    @Test func nothingIsSeenOfAnUpdate() throws {
        let value = try secret("VALUE-MARKER")
        let update = SecretUpdate(alias: try alias("db"), value: value)
        let creation = SecretCreation(alias: try alias("db"), value: value, access: .all)
        var text = String(describing: update) + String(reflecting: update)
        text += String(describing: creation) + String(reflecting: creation)
        dump(update, to: &text)
        dump(creation, to: &text)
        let isSeen = text.contains("VALUE-MARKER")
        #expect(!isSeen)
    }
}
