import TestSupport
import Testing

/// The shipped plug-ins log in with a credential of their unit.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct UnitCredentialTests {
    @Test(arguments: [
        (Server.Kind.postgresql, #""admin": "postgres", "role": "app_a""#),
        (.mariadb, #""admin": "rot", "user": "app""#),
        (.redis, #""user": "app""#),
    ])
    func adminsPasswordIsACredential(kind: Server.Kind, parameters: String) async throws {
        // A machine without the server skips it, as the other tests of servers do.
        guard kind.obstacle == nil else { return }
        try await Server.with(kind) { server in
            let all = """
                {"host": "127.0.0.1", "port": \(server.port), "admin_password_file": "credential:admin", \(parameters)}
                """
            let found = PlugIn(kind.rawValue, all, environment: ["CREDENTIALS_DIRECTORY": server.folder])
            let answer = try await found.ask("check")
            #expect(answer.status == 0, "\(answer)")
            let missing = try await PlugIn(kind.rawValue, all).ask("check")
            #expect(missing.status != 0 && missing.reason == "file", "\(missing)")
        }
    }
}
