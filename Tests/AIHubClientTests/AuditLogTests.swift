import AIHubClient
import NIOHTTP1
import RotationCore
import SandboxHub
import Scheduling
import TestSupport
import Testing

/// The hub's own audit log, where an organization has it.
@Suite(.timeLimit(.minutes(1)))
struct AuditLogTests {
    private static let range = (Instant(milliseconds: 1000), Instant(milliseconds: 4_000_000_000_000))

    private static func read(_ client: SecretsClient) async throws -> HubAuditAnswer {
        try await client.auditLog(from: range.0, to: range.1)
    }

    /// The answer to what a server sends for each request.
    private static func answer(
        _ reply: @escaping @Sendable (ScriptedHub.Request) -> ScriptedHub.Reply
    ) async throws -> (HubAuditAnswer, [ScriptedHub.Request]) {
        let hub = ScriptedHub { reply($0) }
        let answer = try await hub.serve { host in
            try await withClient("http://\(host)/api") { client, _ in try await Self.read(client) }
        }
        return (answer, hub.requests)
    }

    private static func page(_ entries: String...) -> String {
        "{\"status\":\"OK\",\"data\":{\"results\":[\(entries.joined(separator: ","))]}}"
    }

    private static let update = #"{"timestamp_millis":"5000","alias":"a","operation":"update","email":"x@y"}"#

    @Test(arguments: ["org_secrets_v2", "org_secret"])
    func sandboxesChangesAreRead(type: String) async throws {
        let answer = try await withSandboxClient { client, hub in
            hub.keepAuditLog(as: type)
            hub.create("other", value: "v")
            hub.change("db_password", by: "mallory")
            hub.delete("other", by: "mallory")
            return try await Self.read(client)
        }
        guard case .log(let log) = answer else { throw NeverHappened(description: "a log") }
        #expect(
            log.changes.map { "\($0.operation) \($0.alias)" } == ["create other", "update db_password", "delete other"]
        )
        #expect(log.count == 3 && log.unreadable == 0 && !log.isCut)
    }

    @Test func questionHasTheDocumentedFields() async throws {
        let (answer, requests) = try await Self.answer { _ in .answer(200, body: Self.page(Self.update)) }
        let change = HubAuditEntry(time: Instant(milliseconds: 5000), alias: try alias("a"), operation: .update)
        #expect(answer == .log(HubAuditLog(changes: [change], count: 1)))
        let request = try #require(requests.first)
        #expect(requests.count == 1 && request.method == "POST" && request.uri == "/api/v1/auditlogs")
        let body = #"{"log_type":"org_secrets_v2","start":0,"size":100,"start_time":"1000","end_time":"4000000000000"}"#
        #expect(request.text == body)
        #expect(request.headers.first(name: "authorization") == "Bearer token-1")
        #expect(request.headers.first(name: "ib-context") == "acme")
    }

    /// What it does not have, in each form; the older name is tried too.
    @Test(arguments: [
        (404, "{}", HubError.Kind.notFound), (403, "{}", .forbidden), (400, "{}", .rejected),
        (200, #"{"status":"ERROR","msg":"no"}"#, .legacyError), (200, #"{"error":"no"}"#, .legacyError),
    ])
    func refusalIsNotAvailable(status: Int, body: String, kind: HubError.Kind) async throws {
        let (answer, requests) = try await Self.answer { _ in .answer(status, body: body) }
        #expect(answer == .notAvailable(kind, status: status))
        #expect(requests.map { $0.text.contains("org_secrets_v2") } == [true, false])
    }

    /// An empty log is an answer, whatever the other name is answered with.
    @Test(arguments: [true, false])
    func emptyLogIsToldFromNone(isFirst: Bool) async throws {
        let (answer, requests) = try await Self.answer { request in
            request.text.contains("org_secrets_v2") == isFirst
                ? .answer(200, body: Self.page()) : .answer(404)
        }
        #expect(answer == .log(HubAuditLog()))
        #expect(requests.count == 2)
    }

    @Test(arguments: [
        "<html>sorry</html>", "", "[]", "{}", #"{"data":{}}"#, #"{"data":{"results":{}}}"#, #"{"data":[]}"#,
    ])
    func anythingElseIsMalformed(body: String) async throws {
        let error = try await hubError { try await Self.answer { _ in .answer(200, body: body) } }
        #expect(error.kind == .malformed)
    }

    @Test func entriesThatCanNotBeReadAreCounted() async throws {
        let (answer, _) = try await Self.answer { _ in
            .answer(
                200,
                body: Self.page(
                    Self.update,
                    #"{"timestamp_millis":6000,"alias":"b","operation":"DELETE"}"#,
                    #"{"timestamp_millis":"7000","alias":"b","operation":"list"}"#,
                    #"{"alias":"b","operation":"update"}"#,
                    #"{"timestamp_millis":"x","alias":"b","operation":"update"}"#,
                    #"{"timestamp_millis":"7000","alias":"b c","operation":"update"}"#,
                    #"{"timestamp_millis":"7000","operation":"update"}"#,
                    #"{"timestamp_millis":"7000","alias":"b"}"#,
                    #"{"timestamp_millis":"7000","alias":"b","operation":"frobnicate"}"#,
                    #"{"timestamp_millis":"99999999999999999","alias":"b","operation":"update"}"#,
                    "7",
                    "null"
                )
            )
        }
        guard case .log(let log) = answer else { throw NeverHappened(description: "a log") }
        #expect(
            log.changes.map { "\($0.operation) \($0.alias) \($0.time.rawValue)" } == ["update a 5000", "delete b 6000"]
        )
        #expect(log.count == 12 && log.unreadable == 9)
    }

    @Test func pagesAreReadToTheLast() async throws {
        let changes = try await withSandboxClient { client, hub in
            hub.keepAuditLog(as: "org_secrets_v2")
            for number in 0..<250 { hub.create("secret_\(number)", value: "v") }
            return try await Self.read(client)
        }
        guard case .log(let log) = changes else { throw NeverHappened(description: "a log") }
        #expect(log.count == 250 && Set(log.changes.map(\.alias)).count == 250 && !log.isCut)
    }

    /// A hub that knows no paging is not asked for ever, and what came twice counts once.
    @Test func hubWithoutPagingIsNotAskedForEver() async throws {
        let full = Self.page(Array(repeating: Self.update, count: 100).joined(separator: ","))
        let (answer, requests) = try await Self.answer { _ in .answer(200, body: full) }
        guard case .log(let log) = answer else { throw NeverHappened(description: "a log") }
        #expect(log.changes.count == 1 && log.isCut && requests.count == 2)
    }

    @Test func hubThatIsDownIsNoAnswer() async throws {
        let error = try await hubError { try await Self.answer { _ in .answer(503) } }
        #expect(error.kind == .unavailable)
    }
}
