import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct SandboxCommandTests {
    private struct Answer {
        var status: Int
        var object: Any?
    }

    /// Sends one request with the sandbox's own token.
    private static func send(_ method: String, _ url: String, _ body: String? = nil) async throws -> Answer {
        var arguments = [
            "-s", "-m", "5", "-X", method, "-H", "Authorization: Bearer sandbox-token", "-w", "\n%{http_code}",
        ]
        if let body { arguments += ["-d", body] }
        let result = try await Subprocess.run(
            .path("/usr/bin/curl"),
            arguments: Arguments(arguments + [url]),
            output: .string(limit: 1_000_000)
        )
        let parts = result.standardOutput.split(separator: "\n", omittingEmptySubsequences: false)
        let body = Data((parts.dropLast().joined()).utf8)
        let object = try? JSONSerialization.jsonObject(with: body)
        return Answer(status: Int(parts.last ?? "") ?? 0, object: object)
    }

    /// Runs the real `sandbox` while a closure talks to it.
    private static func withSandboxCommand(_ body: (String) async throws -> Void) async throws {
        _ = try await Subprocess.run(
            .path(Program.path),
            arguments: ["sandbox", "--port", "0", "--test-hooks"],
            environment: Program.environment([:]),
            input: .none,
            output: .sequence,
            error: .discarded
        ) { execution in
            defer { kill(execution.processIdentifier.value, SIGKILL) }
            for try await line in execution.standardOutput.strings() {
                let words = line.split { $0 == " " || $0 == "\n" }
                #expect(words.dropLast().joined(separator: " ") == "listening on")
                return try await body(String(words.last ?? ""))
            }
        }
    }

    @Test func followsTheDocumentedRules() async throws {
        try await Self.withSandboxCommand { root in
            let secrets = "\(root)/v2/aihub/secrets"
            let long = String(repeating: "x", count: 45_001)
            let cases: [(String, String, Int)] = [
                ("POST", #"{"alias":"a","value":"v","allowed_workspaces_type":"ALL"}"#, 200),
                ("POST", #"{"alias":"a","value":"v","allowed_workspaces_type":"ALL"}"#, 409),
                ("POST", #"{"alias":"b c","value":"v","allowed_workspaces_type":"ALL"}"#, 400),
                ("POST", #"{"alias":"b","value":"v"}"#, 400),
                ("PATCH", #"{"alias":"a","value":"w"}"#, 200),
                ("PATCH", #"{"alias":"a","value":null}"#, 400),
                ("PATCH", #"{"alias":"a","value":"\#(long)"}"#, 400),
                ("PATCH", #"{"alias":"missing","value":"w"}"#, 404),
                ("PATCH", "no JSON", 400),
                ("DELETE", #"{"alias":"a"}"#, 200),
                ("DELETE", #"{"alias":"a"}"#, 404),
            ]
            for (method, body, status) in cases {
                let answer = try await Self.send(method, secrets, body)
                #expect(answer.status == status, "\(method) \(body.prefix(60))")
            }
        }
    }

    @Test func takesFaultsAndShowsWhatItReceived() async throws {
        try await Self.withSandboxCommand { root in
            let secrets = "\(root)/v2/aihub/secrets"
            let hooks = root.replacing("/api", with: "/_test")
            let faults = """
                [{"method":"PATCH","status":503},{"method":"PATCH","drop":"before"},
                 {"method":"PATCH","legacy_error":true},{"method":"PATCH","redirect":"http://127.0.0.1:9/"}]
                """
            #expect(try await Self.send("POST", "\(hooks)/faults", faults).status == 204)
            _ = try await Self.send("POST", secrets, #"{"alias":"a","value":"v","allowed_workspaces_type":"ALL"}"#)
            var statuses: [Int] = []
            for _ in 0..<5 {
                statuses.append(try await Self.send("PATCH", secrets, #"{"alias":"a","value":"w"}"#).status)
            }
            #expect(statuses == [503, 0, 200, 307, 200])
            let received = try await Self.send("GET", "\(hooks)/received").object as? [[String: Any]]
            #expect(received?.count == 6)
            #expect(received?.filter { $0["applied"] as? Bool == true }.count == 2)
        }
    }

    @Test func listNeverShowsAValueAndUpdatedAtGrows() async throws {
        try await Self.withSandboxCommand { root in
            let secrets = "\(root)/v2/aihub/secrets"
            _ = try await Self.send("POST", secrets, #"{"alias":"a","value":"v","allowed_workspaces_type":"ALL"}"#)
            var last = 0.0
            for _ in 0..<3 {
                _ = try await Self.send("PATCH", secrets, #"{"alias":"a","value":"w"}"#)
                let answer = try await Self.send("GET", "\(secrets)?alias=a").object as? [String: Any]
                let secret = try #require((answer?["secrets"] as? [[String: Any]])?.first)
                #expect(secret["value"] == nil)
                let updatedAt = try #require(secret["updated_at"] as? Double)
                #expect(updatedAt > last)
                last = updatedAt
            }
        }
    }
}
