import RotationCore
import Testing

/// What a 2xx must hold to be a success.
struct ResponseBodyTests {
    /// Sends an update to a hub that answers 200 with a body.
    private func update(answeredWith body: String) async throws -> Receipt {
        let hub = ScriptedHub { _ in .answer(200, [("X-Request-Id", "r-1")], body: body) }
        return try await hub.serve { address in
            try await withClient("http://\(address)/api") { client, _ in
                let value = try secret("v")
                return try await client.update(SecretUpdate(alias: try alias("db"), value: value))
            }
        }
    }

    private func list(answeredWith body: String) async throws -> [ListedSecret] {
        let hub = ScriptedHub { _ in .answer(200, [("X-Request-Id", "r-1")], body: body) }
        return try await hub.serve { address in
            try await withClient("http://\(address)/api") { client, _ in
                try await client.list(alias: nil, workspace: nil)
            }
        }
    }

    @Test(arguments: [
        "{}", #"{"status":"OK"}"#, #"{"status":null}"#, #"{"message":"fine","status":"ERRORS"}"#, #"{"status":7}"#,
        #"{"success":true,"error":null,"errors":[]}"#, #"{"success":1,"error":""}"#, #"{"error":false}"#,
    ])
    func objectWithoutAnErrorIsASuccess(body: String) async throws {
        #expect(try await update(answeredWith: body) == Receipt(status: 200, requestID: "r-1"))
    }

    /// AI Hub does not answer so; only a list can tell whether it was AI Hub.
    @Test func answerWithoutABodyIsNoProof() async throws {
        #expect(try await update(answeredWith: "") == Receipt(status: 200, requestID: "r-1", isEmpty: true))
    }

    @Test(arguments: [
        #"{"status":"ERROR","msg":"m"}"#, #"{"status":"error"}"#, #"{"secrets":[],"status":"ERROR"}"#,
        #"{"success":false}"#, #"{"success":"false"}"#, #"{"success":0}"#, #"{"success":null,"secrets":[]}"#,
        #"{"error":"x"}"#, #"{"error":{"code":7}}"#, #"{"errors":["x"],"secrets":[]}"#, #"{"error":true}"#,
    ])
    func objectWithAnErrorIsAnErrorWithUnknownEffect(body: String) async throws {
        let expected = HubError(.legacyError, status: 200, requestID: "r-1")
        #expect(try await hubError { try await update(answeredWith: body) } == expected)
        #expect(try await hubError { try await list(answeredWith: body) } == expected)
        #expect(expected.effect == .unknown)
    }

    @Test(arguments: ["<html>login</html>", "OK", "[]", "null", "\"ok\"", "{", "\u{FEFF}x", " "])
    func whatIsNoObjectIsNoAnswerOfAIHub(body: String) async throws {
        let expected = HubError(.malformed, status: 200, requestID: "r-1")
        #expect(try await hubError { try await update(answeredWith: body) } == expected)
        #expect(try await hubError { try await list(answeredWith: body) } == expected)
        #expect(expected.effect == .unknown)
    }

    @Test(arguments: [
        "", "{}", #"{"secrets":null}"#, #"{"secrets":{}}"#, #"{"secrets":[{}]}"#, #"{"secrets":[{"alias":7}]}"#,
        #"{"secrets":[{"alias":"a"}"#, #"{"secrets":[{"alias":"a"}]"#, #"{"secrets":[{"alias":"a"}}]"#,
        #"{"x":{"secrets":[{"alias":"a"}]}}"#, #"[{"secrets":[{"alias":"a"}]}]"#, #"{"secrets":[{"alias":"a"}]}}"#,
        #"{"secrets" [{"alias":"a"}]}"#, #"{"x":"secrets",:[{"alias":"a"}]}"#, #"{"secrets":[,]}"#,
    ])
    func listWithoutSecretsIsMalformed(body: String) async throws {
        let expected = HubError(.malformed, status: 200, requestID: "r-1")
        #expect(try await hubError { try await list(answeredWith: body) } == expected)
    }

    @Test func listedFieldsAreOptionalAndUnknownOnesIgnored() async throws {
        let body = """
            {"secrets":[{"alias":"a","updated_at":1795433172123.0,"created_at":1e12,"value":"v","extra":{"x":[1]}},
            {"alias":"b","description":null,"allowed_workspaces":null}],"next":null}
            """
        let secrets = try await list(answeredWith: body)
        #expect(secrets.map(\.alias) == ["a", "b"])
        #expect(secrets.map(\.createdAt) == [1_000_000_000_000, nil])
        #expect(secrets.map(\.updatedAt) == [1_795_433_172_123, nil])
        #expect(secrets.map(\.allowedWorkspaces) == [[], []])
        #expect(secrets.allSatisfy { $0.description == nil && $0.allowedWorkspacesType == nil })
    }

    @Test(arguments: ["1e300", "\"now\"", "null", "0", "-5", "true", "[1]", "\"1795433172123\""])
    func timestampThatCannotBeUsedIsLeftOut(_ updatedAt: String) async throws {
        let secrets = try await list(answeredWith: #"{"secrets":[{"alias":"a","updated_at":\#(updatedAt)}]}"#)
        #expect(secrets.map(\.updatedAt) == [nil])
    }

    /// Seconds with a fraction are told apart as finely as milliseconds.
    @Test(
        arguments: [("1700000000", 1_700_000_000), ("1700000000.5", 1_700_000_000_500), ("1.25", 1250)]
            as [(String, Int64)]
    )
    func timestampInSecondsIsRead(text: String, updatedAt: Int64) async throws {
        let body = #"{"secrets":[{"alias":"a","updated_at":\#(text),"last_updated_by":"u-1"}]}"#
        let secrets = try await list(answeredWith: body)
        #expect(secrets.map(\.updatedAt) == [updatedAt])
        #expect(secrets.map(\.lastUpdatedBy) == ["u-1"])
    }

    /// An item without a name is passed over, one with another odd field is not: the others count all the same.
    @Test(arguments: [
        "null", "7", "[]", "{}", #"{"alias":7}"#, #"{"alias":null}"#, "{\"alias\":\"\u{1}\"}", "nul",
        "",
    ])
    func oddItemIsPassedOver(item: String) async throws {
        let body = #"{ "a":[1,{"secrets":[]}], "secrets" : [{"alias":"a"}, \#(item) ,{"alias":"b","x":["]},"]}] }"#
        #expect(try await list(answeredWith: body).map(\.alias) == ["a", "b"])
    }

    @Test func oddFieldIsLeftOut() async throws {
        let item = """
            {"alias":"a","description":7,"allowed_workspaces_type":[],"allowed_workspaces":"w","created_at":"x",
            "updated_at":"1795433172123","last_updated_by":{}}
            """
        #expect(try await list(answeredWith: #"{"secrets":[\#(item)]}"#) == [ListedSecret(alias: "a")])
    }

    /// A hub that passes over the query lists all it has: only what was asked for is held.
    @Test func listIsLongerThanWhatMayBeHeld() async throws {
        let item = #"{"alias":"a","description":""# + String(repeating: "d", count: 900_000) + #""}"#
        let items = Array(repeating: item, count: 20) + [#"{"alias":"b","updated_at":5}"#]
        let body = #"{"secrets":["# + items.joined(separator: ",") + "]}"
        let hub = ScriptedHub { _ in .answer(200, body: body) }
        try await hub.serve { address in
            try await withClient("http://\(address)/api") { client, _ in
                let listed = try await client.list(alias: try alias("b"), workspace: nil)
                #expect(listed == [ListedSecret(alias: "b", updatedAt: 5)])
                let error = try await hubError { try await client.list(alias: nil, workspace: nil) }
                #expect(error == HubError(.malformed, status: 200))
            }
        }
    }

    @Test func itemThatIsTooLongIsPassedOver() async throws {
        let item = #"{"alias":"a","description":""# + String(repeating: "d", count: 1024 * 1024) + #""}"#
        #expect(try await list(answeredWith: #"{"secrets":[\#(item),{"alias":"b"}]}"#).map(\.alias) == ["b"])
    }

    @Test func longListIsReadWhole() async throws {
        let item = #"{"alias":"a","description":""# + String(repeating: "d", count: 1000) + #""}"#
        let body = #"{"secrets":["# + Array(repeating: item, count: 5000).joined(separator: ",") + "]}"
        #expect(try await list(answeredWith: body).count == 5000)
    }

    @Test func bodyBeyondTheLimitIsMalformed() async throws {
        let body = #"{"secrets":[],"x":""# + String(repeating: "d", count: 16 * 1024 * 1024) + #""}"#
        let expected = HubError(.malformed, status: 200, requestID: "r-1")
        #expect(try await hubError { try await list(answeredWith: body) } == expected)
        #expect(try await hubError { try await update(answeredWith: body) } == expected)
    }
}
