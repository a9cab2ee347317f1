import Foundation
import RotationConfiguration
import SandboxHub
import TestSupport
import Testing

@testable import RotationDaemon

/// What HUP does.
@Suite(.timeLimit(.minutes(5)))
struct DaemonReloadTests {
    private static func entries(_ event: String, _ files: DaemonFolder) throws -> [[String: any Sendable]] {
        try files.entries().filter { $0["event"] as? String == event }
    }

    @Test func validFileIsInForce() async throws {
        try await withDaemonFolder { files, _ in
            try await withRuntime(files) { runtime async throws in
                try files.configure(more: "signals: {usr1: ignore}")
                await runtime.reload()
                #expect(runtime.configuration.usr1 == .ignore)
                let details = try Self.entries("configuration.loaded", files).map { $0["detail"] as? [String: Any] }
                #expect(details.count == 2)
                let last = try #require(details.last ?? nil)
                #expect(Set(last.keys) == ["auditors", "editors", "hash", "operators"])
                #expect(last["hash"] as? String == (try files.configuration().hash))
            }
        }
    }

    @Test func entrySaysWhoHasWhichRole() async throws {
        try await withDaemonFolder { files, _ in
            try await withRuntime(files) { runtime async throws in
                try files.configure(
                    more: "roles: {operators: {users: [root, 4000000000]}, editors: {groups: [root, 0]}}"
                )
                await runtime.reload()
            }
            let details = try Self.entries("configuration.loaded", files).map { $0["detail"] as? [String: Any] }
            let roles = ["operators", "editors", "auditors"].map { role in
                details.map { $0?[role] as? [String] }
            }
            // Without the key: the daemon's group.
            #expect(roles[0].first??.count == 1 && roles[0].first??.first?.hasPrefix("gid=\(getegid())") == true)
            #expect(roles[0].last == ["uid=0(root)", "uid=4000000000"])
            #expect(roles[1] == [[], ["gid=0(root)"]])
            #expect(roles[2] == [[], []])
        }
    }

    @Test(arguments: ["hubs: {}", "database: [", ""])
    func invalidFileKeepsTheOldOne(text: String) async throws {
        try await withDaemonFolder { files, hub in
            try files.schedule("db_password", isDue: false)
            try await withRuntime(files) { runtime async throws in
                let hash = runtime.configuration.hash
                try files.folder.write(text, to: "c.yaml")
                await runtime.reload()
                #expect(runtime.configuration.hash == hash)
                await runtime.rotateAll()
                try await files.wait(for: "rotation.succeeded")
            }
            let rejected = try Self.entries("configuration.rejected", files)
            #expect(rejected.map { $0["detail"] as? [String: String] } == [["error": "invalid"]])
            #expect(try Self.entries("configuration.loaded", files).count == 1)
        }
    }

    @Test func otherDatabaseNeedsARestart() async throws {
        try await withDaemonFolder { files, _ in
            try await withRuntime(files) { runtime async throws in
                let old = runtime.configuration.database
                let text = try String(contentsOfFile: files.folder.file("c.yaml"), encoding: .utf8)
                try files.folder.write(text.replacing("rotator.db", with: "other.db"), to: "c.yaml")
                await runtime.reload()
                #expect(runtime.configuration.database == old)
            }
            #expect(try Self.entries("configuration.rejected", files).count == 1)
            #expect(!FileManager.default.fileExists(atPath: files.folder.file("other.db")))
        }
    }

    /// The hub accepts `token-1` only; the daemon starts with another token, and gets the right one.
    @Test func newTokenIsInForce() async throws {
        try await withDaemonFolder { files, hub in
            try files.schedule("db_password", isDue: true)
            try files.folder.write("token-0", to: "token")
            try await withRuntime(files) { runtime async throws in
                try await files.wait(for: "hub.suspended")
                try files.folder.write("token-1", to: "token")
                await runtime.reload()
                try await files.wait(for: "rotation.succeeded")
            }
            #expect(try Self.entries("hub.resumed", files).count == 1)
            let isReplaced = hub.value(of: "db_password") != "by hand"
            #expect(isReplaced)
        }
    }

    /// A suspended hub, as its token is refused, is not tried with each secret.
    @Test func refusedTokenIsTriedOnce() async throws {
        try await withDaemonFolder { files, hub in
            hub.create("second", value: "by hand")
            try files.schedule("db_password", isDue: true)
            try files.folder.write("token-0", to: "token")
            try await withRuntime(files) { runtime async throws in
                try await files.wait(for: "hub.suspended")
                await runtime.rotateAll()
                try await runtime.heartbeat()
            }
            #expect(hub.received.count == 1)
        }
    }

    /// The daemon lets go of what a reload replaces, after a rotation too; a reload that changes nothing replaces nothing.
    @Test func reloadsLeaveOneClientForEachHub() async throws {
        try await withDaemonFolder { files, hub in
            try files.schedule("db_password", isDue: true)
            try await withRuntime(files) { runtime async throws in
                try await files.wait(for: "rotation.succeeded")
                for timeout in ["6s", "6s", "7s", "8s", "8s"] {
                    try files.configure(hubs: files.hub("h", ["timeout": timeout]))
                    let isInForce = await runtime.reload()
                    #expect(isInForce)
                    try await eventually("the old client is gone") { runtime.hubs.count == 1 }
                }
                await runtime.rotateAll()
                try await files.wait(for: "rotation.succeeded", count: 2)
                #expect(runtime.hubs.count == 1)
            }
        }
    }

    @Test func configurationErrorsAreLoggedWithTheirPlace() async throws {
        try await withDaemonFolder { files, _ in
            let log = LogSink()
            try await withRuntime(files, logger: log.logger) { runtime in
                try files.configure(more: "logg: {}")
                await runtime.reload()
            }
            let lines = log.lines.filter { $0.contains("not reloaded") }
            #expect(lines.count == 1)
            #expect(lines.allSatisfy { $0.contains("c.yaml:6:1: unknown key \"logg\"; did you mean log?") })
        }
    }
}
