import Foundation
import RotationConfiguration
import SandboxHub
import TestSupport
import Testing

@testable import RotationDaemon

/// Who is told of a daemon's conditions.
@Suite(.timeLimit(.minutes(5)))
struct NotificationKeeperTests {
    /// Writes a configuration with these receivers, each at its path of one server.
    private static func configure(_ files: DaemonFolder, _ port: Int, _ names: String...) throws {
        let receivers = names.map { "{name: \($0), webhook: \"http://127.0.0.1:\(port)/\($0)\"}" }
        try files.configure(more: "notifications: [\(receivers.joined(separator: ", "))]")
    }

    /// What a receiver was told, as `open h/first`, in the order of the messages.
    private static func told(_ server: WebhookServer, _ name: String) -> [String] {
        server.bodies.compactMap { body in
            (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any]
        }
        .filter { $0["notification"] as? String == name }
        .flatMap { $0["changes"] as? [[String: Any]] ?? [] }
        .map { "\($0["state"] ?? "") \($0["subject"] ?? "")" }
    }

    /// Waits until these receivers have been told of so many changes, and that is kept.
    ///
    /// - Parameter open: How many conditions are open then; as many as there were changes if not given.
    private static func wait(
        _ files: DaemonFolder,
        _ server: WebhookServer,
        _ count: Int,
        open: Int? = nil,
        _ names: String...
    ) async throws {
        try await eventually("\(names) know \(count) changes") {
            let kept = ToldConditions(database: files.folder.file("rotator.db"))
            return names.allSatisfy { Set(told(server, $0)).count == count && kept[$0].count == open ?? count }
        }
    }

    /// A receiver that is taken away is told nothing more, a new one all that is open, and one that stays nothing twice.
    @Test func reloadChangesWhoIsTold() async throws {
        let server = WebhookServer()
        try await server.serve { port async throws in
            try await withDaemonFolder { files, hub in
                // The hub has neither: both fail.
                try files.schedule("first", isDue: true)
                try files.schedule("second", isDue: false)
                try Self.configure(files, port, "leaves", "stays")
                try await withRuntime(files) { runtime async throws in
                    try await Self.wait(files, server, 1, "leaves", "stays")
                    try Self.configure(files, port, "stays", "comes")
                    #expect(await runtime.reload())
                    try await Self.wait(files, server, 1, "stays", "comes")
                    await runtime.rotateAll()
                    try await Self.wait(files, server, 2, "stays", "comes")
                    #expect(Self.told(server, "leaves") == ["open h/first"])
                    // Back again, it is told what it has missed.
                    try Self.configure(files, port, "leaves", "stays", "comes")
                    #expect(await runtime.reload())
                    try await Self.wait(files, server, 2, "leaves", "stays", "comes")
                    // All of it ends. Whoever still told the receivers of an earlier configuration would have told all by then.
                    for alias in ["first", "second"] { hub.create(alias, value: "by hand") }
                    await runtime.rotateAll()
                    try await Self.wait(files, server, 4, open: 0, "leaves", "stays", "comes")
                }
            }
        }
        for name in ["leaves", "stays", "comes"] {
            let expected = ["open h/first", "open h/second", "resolved h/first", "resolved h/second"]
            #expect(Self.told(server, name).sorted() == expected, "\(name)")
        }
    }
}
