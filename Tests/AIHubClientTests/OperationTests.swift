import AIHubClient
import RotationCore
import SandboxHub
import TestSupport
import Testing

/// The four operations against the sandbox.
struct OperationTests {
    @Test func updateReplacesTheValueAndNothingElse() async throws {
        let (receipt, received, isNew) = try await withSandboxClient { client, hub in
            let value = try secret("new")
            let receipt = try await client.update(SecretUpdate(alias: try alias("db_password"), value: value))
            return (receipt, hub.received, hub.value(of: "db_password") == "new")
        }
        #expect(receipt == Receipt(status: 200))
        #expect(received.map(\.method) == ["PATCH"])
        #expect(received.map(\.keys) == [["alias", "value"]])
        #expect(received.map(\.context) == ["acme"])
        #expect(received.map(\.applied) == [true])
        #expect(isNew)
    }

    @Test func updateWithoutValueKeepsIt() async throws {
        let (keys, isOld) = try await withSandboxClient { client, hub in
            _ = try await client.update(SecretUpdate(alias: try alias("db_password"), description: "d"))
            return (hub.received.map(\.keys), hub.value(of: "db_password") == "old")
        }
        #expect(keys == [["alias", "description"]])
        #expect(isOld)
    }

    @Test func createdSecretIsListedWithoutItsValue() async throws {
        let listed = try await withSandboxClient { client, _ in
            let value = try secret("marker")
            let creation = SecretCreation(alias: try alias("b"), value: value, access: .only(["w"]), description: "d")
            #expect(try await client.create(creation).status == 200)
            return try await client.list(alias: try alias("b"), workspace: nil)
        }
        let entry = try #require(listed.first)
        #expect(listed.count == 1)
        #expect(entry.alias == "b")
        #expect(entry.description == "d")
        #expect(entry.allowedWorkspacesType == "SOME")
        #expect(entry.allowedWorkspaces == ["w"])
        #expect(entry.lastUpdatedBy == "sandbox")
        #expect(entry.createdAt != nil && entry.createdAt == entry.updatedAt)
    }

    @Test func updateMovesTheHubsTimestamp() async throws {
        let times = try await withSandboxClient { client, _ in
            let name = try alias("db_password")
            let before = try await client.list(alias: name, workspace: nil)
            let value = try secret("new")
            _ = try await client.update(SecretUpdate(alias: name, value: value))
            return (before + (try await client.list(alias: name, workspace: nil))).compactMap(\.updatedAt)
        }
        try #require(times.count == 2)
        #expect(times[0] < times[1])
    }

    @Test func listIsFilteredByAliasAndWorkspace() async throws {
        let lists = try await withSandboxClient { client, hub in
            hub.create("other", value: "v")
            _ = try await client.update(SecretUpdate(alias: try alias("other"), access: .only(["w"])))
            return [
                try await client.list(alias: nil, workspace: nil),
                try await client.list(alias: try alias("other"), workspace: nil),
                try await client.list(alias: try alias("none"), workspace: nil),
                try await client.list(alias: nil, workspace: "w"),
                try await client.list(alias: nil, workspace: "x"),
            ].map { $0.map(\.alias) }
        }
        #expect(lists == [["db_password", "other"], ["other"], [], ["db_password", "other"], ["db_password"]])
    }

    @Test func deletedSecretIsGone() async throws {
        let (status, left) = try await withSandboxClient { client, _ in
            let status = try await client.delete(try alias("db_password")).status
            return (status, try await client.list(alias: nil, workspace: nil).count)
        }
        #expect(status == 200)
        #expect(left == 0)
    }

    @Test func unknownSecretIsNotFound() async throws {
        let errors = try await withSandboxClient { client, _ in
            let name = try alias("none")
            let value = try secret("v")
            return [
                try await hubError { try await client.update(SecretUpdate(alias: name, value: value)) },
                try await hubError { try await client.delete(name) },
            ]
        }
        #expect(errors == [HubError(.notFound, status: 404), HubError(.notFound, status: 404)])
    }

    @Test func secondCreationIsAConflict() async throws {
        let error = try await withSandboxClient { client, _ in
            let value = try secret("v")
            let creation = SecretCreation(alias: try alias("db_password"), value: value, access: .all)
            return try await hubError { try await client.create(creation) }
        }
        #expect(error == HubError(.conflict, status: 409))
    }

    @Test func wrongTokenIsUnauthorized() async throws {
        let (error, received) = try await withSandboxClient(ClientOptions(token: "wrong")) { client, hub in
            (try await hubError { try await client.list(alias: nil, workspace: nil) }, hub.received.map(\.applied))
        }
        #expect(error == HubError(.unauthorized, status: 401))
        #expect(received == [false])
    }
}
