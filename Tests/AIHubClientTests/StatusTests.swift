import AIHubClient
import RotationCore
import SandboxHub
import TestSupport
import Testing

/// From the status of a response to the class of an error.
struct StatusTests {
    static let classes: [(status: Int, kind: HubError.Kind)] = [
        (300, .redirected), (301, .redirected), (302, .redirected), (303, .redirected), (307, .redirected),
        (308, .redirected), (400, .rejected), (401, .unauthorized), (402, .rejected), (403, .forbidden),
        (404, .notFound), (405, .rejected), (408, .unavailable), (409, .conflict), (410, .rejected),
        (413, .rejected), (415, .rejected), (422, .rejected), (425, .throttled), (428, .rejected), (429, .throttled),
        (431, .rejected), (451, .rejected), (499, .rejected), (500, .unavailable), (501, .unavailable),
        (502, .unavailable), (503, .unavailable), (504, .unavailable), (529, .unavailable), (599, .unavailable),
    ]

    /// The error of an update that the sandbox answers with a status.
    private func failure(
        _ status: Int,
        _ headers: [String: String] = [:],
        of operation: @escaping @Sendable (SecretsClient) async throws -> Void = StatusTests.update
    ) async throws -> HubError {
        try await withSandboxClient { client, hub in
            hub.inject([SandboxFault(.status(status, headers: headers))])
            let error = try await hubError { try await operation(client) }
            #expect(hub.received.count == 1)
            return error
        }
    }

    private static func update(_ client: SecretsClient) async throws {
        let value = try secret("v")
        _ = try await client.update(SecretUpdate(alias: try alias("db_password"), value: value))
    }

    @Test(arguments: classes)
    func statusTellsTheClass(status: Int, kind: HubError.Kind) async throws {
        #expect(try await failure(status) == HubError(kind, status: status))
    }

    @Test(arguments: classes)
    func classOfAListIsTheSame(status: Int, kind: HubError.Kind) async throws {
        let error = try await failure(status) { client in _ = try await client.list(alias: nil, workspace: nil) }
        #expect(error == HubError(kind, status: status))
    }

    @Test(arguments: [200, 201, 202, 206])
    func anyOtherSuccessIsSuccess(status: Int) async throws {
        let receipt = try await withSandboxClient { client, hub in
            hub.inject([SandboxFault(.status(status, headers: ["X-Request-Id": "r-1"]))])
            let value = try secret("v")
            return try await client.update(SecretUpdate(alias: try alias("db_password"), value: value))
        }
        #expect(receipt == Receipt(status: status, requestID: "r-1"))
    }

    // MARK: Retry-After

    @Test(arguments: [
        (429, "17", Duration?.some(.seconds(17))),
        (503, "0", .zero),
        (408, "5", .seconds(5)),
        (429, "999999999", .seconds(86_400)),
        (429, "soon", nil),
        (429, "-1", nil),
        (429, "1.5", nil),
        (429, "", nil),
    ])
    func pauseIsKept(status: Int, text: String, duration: Duration?) async throws {
        #expect(try await failure(status, ["Retry-After": text]).retryAfter == duration)
    }

    @Test(arguments: [
        "Sun, 06 Nov 1994 08:51:07 GMT", "Sunday, 06-Nov-94 08:51:07 GMT", "Sun Nov  6 08:51:07 1994",
    ])
    func dateIsHeldAgainstTheHubsOwnClock(text: String) async throws {
        let hub = ScriptedHub { _ in
            .answer(503, [("Date", "Sun, 06 Nov 1994 08:49:37 GMT"), ("Retry-After", text)])
        }
        let error = try await hub.serve { address in
            try await withClient("http://\(address)/api") { client, _ in
                try await hubError { try await client.list(alias: nil, workspace: nil) }
            }
        }
        #expect(error.retryAfter == .seconds(90))
    }

    @Test func withoutTheHubsClockOursServes() async throws {
        let hub = ScriptedHub { _ in .answer(503, [("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT")]) }
        let error = try await hub.serve { address in
            try await withClient("http://\(address)/api") { client, _ in
                try await hubError { try await client.list(alias: nil, workspace: nil) }
            }
        }
        #expect(error.retryAfter == .seconds(86_400))
    }

    // MARK: Request IDs

    @Test(arguments: [
        (["X-Request-Id": "abc-123"], String?.some("abc-123")),
        (["x-amzn-RequestId": "1-67-abc"], "1-67-abc"),
        (["x-amzn-RequestId": "1-67:a/b+c=."], nil),
        (["X-Correlation-ID": "c-1"], "c-1"),
        (["X-Correlation-ID": "c_1"], nil),
        (["CF-RAY": "8f-FRA"], "8f-FRA"),
        (["X-Request-Id": "first", "CF-RAY": "second"], "first"),
        (["X-Request-Id": "has spaces", "CF-RAY": "second"], "second"),
        (["X-Request-Id": "has spaces"], nil),
        (["X-Request-Id": ""], nil),
        (["X-Request-Id": "<script>"], nil),
        (["X-Request-Id": "a\tb"], nil),
        (["X-Request-Id": "{\"value\":\"x\"}"], nil),
        (["X-Request-Id": String(repeating: "a", count: 64)], String(repeating: "a", count: 64)),
        (["X-Request-Id": String(repeating: "a", count: 65)], nil),
        (["X-Other": "abc"], nil),
    ])
    func requestIDIsAWordOrNothing(headers: [String: String], id: String?) async throws {
        #expect(try await failure(500, headers).requestID == id)
    }
}
