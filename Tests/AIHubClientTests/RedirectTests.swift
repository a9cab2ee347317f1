import RotationCore
import Testing

/// A redirect is never followed: the token must not travel.
struct RedirectTests {
    private func failure(_ status: Int, location: String?) async throws -> HubError {
        let hub = ScriptedHub { _ in .answer(status, location.map { [("Location", $0)] } ?? []) }
        let error = try await hub.serve { address in
            try await withClient("http://\(address)/api") { client, _ in
                let value = try secret("v")
                return try await hubError {
                    try await client.update(SecretUpdate(alias: try alias("db"), value: value))
                }
            }
        }
        #expect(hub.requests.count == 1)
        return error
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func targetGetsNoRequestAndIsNamed(status: Int) async throws {
        let target = ScriptedHub { _ in .answer(200) }
        try await target.serve { address in
            let error = try await failure(status, location: "http://\(address)/api/v2/aihub/secrets?secret-query=1")
            #expect(error == HubError(.redirected, status: status, redirectHost: "127.0.0.1"))
            #expect(error.description.contains("redirects to 127.0.0.1:"))
            #expect(!error.description.contains("secret-query"))
        }
        #expect(target.requests.count == 0)
    }

    @Test(arguments: [302, 307])
    func listIsNotRedirectedEither(status: Int) async throws {
        let target = ScriptedHub { _ in .answer(200, body: #"{"secrets":[]}"#) }
        try await target.serve { address in
            let hub = ScriptedHub { _ in .answer(status, [("Location", "http://\(address)/")]) }
            let error = try await hub.serve { root in
                try await withClient("http://\(root)/api") { client, _ in
                    try await hubError { try await client.list(alias: nil, workspace: nil) }
                }
            }
            #expect(error.kind == .redirected)
        }
        #expect(target.requests.count == 0)
    }

    @Test(arguments: [
        (String?.none, String?.none),
        ("/login", "127.0.0.1"),
        ("https://user:password@127.0.0.1/path?token=x#y", "127.0.0.1"),
        ("https://127.0.0.1:8443", "127.0.0.1"),
        ("//127.0.0.1/login", "127.0.0.1"),
        ("https://user:password@login.example/path?token=x#y", nil),
        ("https://LOGIN.example:8443", nil),
        ("//login.example/127.0.0.1", nil),
        ("https://127.0.0.1.evil.example/", nil),
        ("https://evil127.0.0.1/", nil),
        ("mailto:127.0.0.1", nil),
        ("not a url", nil),
    ])
    func onlyTheHubsOwnHostIsKept(location: String?, host: String?) async throws {
        #expect(try await failure(302, location: location) == HubError(.redirected, status: 302, redirectHost: host))
    }

    @Test func anotherHostIsNotNamed() {
        #expect(HubError(.redirected).description.contains("redirects to another host:"))
    }

    /// The host is shown in logs and on terminals: it is the hub's text, so it must be a host and nothing else.
    @Test(arguments: [
        "https://evil%0Aforged-line/", "https://evil%1B%5B2J/", "https://a%20b%20c/",
        "https://" + String(repeating: "a", count: 5000) + "/",
    ])
    func hostThatIsNoneIsDropped(location: String) async throws {
        #expect(try await failure(302, location: location).redirectHost == nil)
    }
}
