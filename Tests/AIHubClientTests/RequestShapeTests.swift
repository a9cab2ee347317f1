import AIHubClient
import Foundation
import NIOCore
import NIOHTTP1
import RotationCore
import Testing

/// What stands in each request, down to its header fields.
struct RequestShapeTests {
    private static let success = #"{"secrets":[]}"#

    /// The one request that an operation makes.
    private func request(
        _ options: ClientOptions = ClientOptions(),
        _ operation: (SecretsClient) async throws -> Void
    ) async throws -> ScriptedHub.Request {
        let hub = ScriptedHub { _ in .answer(200, body: Self.success) }
        try await hub.serve { address in
            try await withClient("http://\(address)/api/", options) { client, _ in try await operation(client) }
        }
        #expect(hub.requests.count == 1)
        return try #require(hub.requests.first)
    }

    private func object(_ request: ScriptedHub.Request) throws -> NSDictionary {
        try #require(JSONSerialization.jsonObject(with: Data(request.text.utf8)) as? NSDictionary)
    }

    // MARK: Updates

    /// An update and the fields that it must have, all of them.
    static let updates: [(access: WorkspaceAccess?, description: String?, body: [String: any Sendable])] = [
        (nil, nil, [:]),
        (nil, "Billing", ["description": "Billing"]),
        (nil, "", ["description": ""]),
        (.all, nil, ["allowed_workspaces_type": "ALL"]),
        (.nobody, nil, ["allowed_workspaces_type": "NONE"]),
        (.only([]), nil, ["allowed_workspaces_type": "SOME", "allowed_workspaces": [String]()]),
        (
            .only(["a", "b \"c\""]), "d",
            ["allowed_workspaces_type": "SOME", "allowed_workspaces": ["a", "b \"c\""], "description": "d"]
        ),
    ]

    @Test(arguments: updates.indices)
    func updateSendsAliasAndValueAndWhatIsGiven(index: Int) async throws {
        let (access, description, fields) = Self.updates[index]
        let request = try await request { client in
            let value = try secret("v")
            _ = try await client.update(
                SecretUpdate(alias: try alias("db"), value: value, description: description, access: access)
            )
        }
        #expect(request.method == "PATCH")
        #expect(request.uri == "/api/v2/aihub/secrets")
        let expected = fields.merging(["alias": "db", "value": "v"]) { first, _ in first }
        #expect(try object(request) == expected as NSDictionary)
        #expect(!request.text.contains("null"))
    }

    @Test func updateWithoutValueSendsNone() async throws {
        let request = try await request { client in
            _ = try await client.update(SecretUpdate(alias: try alias("db"), access: .all))
        }
        #expect(request.text == #"{"alias":"db","allowed_workspaces_type":"ALL"}"#)
    }

    // MARK: The others

    @Test func creationSendsItsAccess() async throws {
        let request = try await request { client in
            let value = try secret("v")
            _ = try await client.create(SecretCreation(alias: try alias("db"), value: value, access: .nobody))
        }
        #expect(request.method == "POST")
        #expect(request.uri == "/api/v2/aihub/secrets")
        #expect(request.text == #"{"alias":"db","value":"v","allowed_workspaces_type":"NONE"}"#)
    }

    @Test func creationSendsItsDescription() async throws {
        let request = try await request { client in
            let value = try secret("v")
            let creation = SecretCreation(alias: try alias("db"), value: value, access: .only(["w"]), description: "d")
            _ = try await client.create(creation)
        }
        let body = #"{"alias":"db","value":"v","description":"d","#
        #expect(request.text == body + #""allowed_workspaces_type":"SOME","allowed_workspaces":["w"]}"#)
    }

    @Test func deletionSendsTheAliasAlone() async throws {
        let request = try await request { client in _ = try await client.delete(try alias("db")) }
        #expect(request.method == "DELETE")
        #expect(request.uri == "/api/v2/aihub/secrets")
        #expect(request.text == #"{"alias":"db"}"#)
    }

    @Test(arguments: [
        (String?.none, String?.none, ""),
        ("db-1_X", nil, "?alias=db-1_X"),
        (nil, "team a", "?workspace=team%20a"),
        ("db", "a&b=c/?#\u{E4}%", "?alias=db&workspace=a%26b%3Dc%2F%3F%23%C3%A4%25"),
    ])
    func listAsksInItsQuery(name: String?, workspace: String?, query: String) async throws {
        let request = try await request { client in
            _ = try await client.list(alias: try name.map(alias), workspace: workspace)
        }
        #expect(request.method == "GET")
        #expect(request.uri == "/api/v2/aihub/secrets" + query)
        #expect(request.body.readableBytes == 0)
        #expect(!request.headers.contains(name: "content-type"))
    }

    // MARK: Header fields

    @Test func headerFieldsAreTheDocumentedOnes() async throws {
        let request = try await request { client in
            let value = try secret("v")
            _ = try await client.update(SecretUpdate(alias: try alias("db"), value: value))
        }
        let isAuthorized = request.headers["authorization"] == ["Bearer token-1"]
        #expect(isAuthorized)
        #expect(request.headers["ib-context"] == ["acme"])
        #expect(request.headers["content-type"] == ["application/json"])
        #expect(request.headers["accept"] == ["application/json"])
        #expect(request.headers["user-agent"] == ["secret-rotator/1.2.3"])
        #expect(request.headers["content-length"] == ["\(request.body.readableBytes)"])
    }

    @Test func withoutContextNoneIsSent() async throws {
        let request = try await request(ClientOptions(context: nil)) { client in
            _ = try await client.list(alias: nil, workspace: nil)
        }
        #expect(!request.headers.contains(name: "ib-context"))
    }

    @Test func rootWithoutPathWorksToo() async throws {
        let hub = ScriptedHub { _ in .answer(200, body: Self.success) }
        try await hub.serve { address in
            try await withClient("http://\(address)") { client, _ in
                _ = try await client.list(alias: nil, workspace: nil)
            }
        }
        #expect(hub.requests.map(\.uri) == ["/v2/aihub/secrets"])
    }
}
