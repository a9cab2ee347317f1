import Foundation
import Glibc
import RotationConfiguration
import RotationDaemon
import SQLite
import TestSupport
import Testing

/// Starts that must fail, and leave nothing open.
@Suite(.timeLimit(.minutes(5)))
struct DaemonStartTests {
    /// What the start of a daemon throws; the lock must be free afterwards.
    private static func failure(_ files: DaemonFolder) async throws -> any Error {
        let configuration = try files.configuration()
        let error = await #expect(throws: (any Error).self) {
            try await DaemonRuntime(configuration: configuration, logger: silent)
        }
        #expect(try await isFree(configuration.database))
        return try #require(error)
    }

    @Test(arguments: ["", "MARKER", "secret-rotator-staging-key-1:", "secret-rotator-staging-key-1:TUFSS0VS"])
    func wrongStagingKeyIsNamedNotShown(content: String) async throws {
        try await withDaemonFolder { files, _ in
            try files.folder.write(content, to: "staging.key")
            let error = try await Self.failure(files)
            let path = files.folder.file("staging.key")
            #expect("\(error)" == "keys.staging: \(path): not a key made by: secret-rotator keygen staging")
        }
    }

    @Test func missingStagingKeyIsNamed() async throws {
        try await withDaemonFolder { files, _ in
            let path = files.folder.file("staging.key")
            try FileManager.default.removeItem(atPath: path)
            let error = try await Self.failure(files)
            #expect("\(error)" == "keys.staging: \(path): No such file or directory")
        }
    }

    @Test func stagingKeyThatOthersMayReadIsRefused() async throws {
        try await withDaemonFolder { files, _ in
            let path = files.folder.file("staging.key")
            #expect(chmod(path, 0o644) == 0)
            let error = try await Self.failure(files)
            #expect("\(error)" == "keys.staging: \(path): mode 644 lets others read it; run: chmod 600 \(path)")
        }
    }

    @Test func unreadableTokenNamesHubAndFile() async throws {
        try await withDaemonFolder { files, _ in
            try FileManager.default.removeItem(atPath: files.folder.file("token"))
            let error = try await Self.failure(files)
            let place = "\(files.folder.file("c.yaml")): hubs.h.token"
            #expect("\(error)" == "\(place): \(files.folder.file("token")): No such file or directory")
        }
    }

    @Test func tokenOfTwoWordsIsNamedNotShown() async throws {
        try await withDaemonFolder { files, _ in
            try files.folder.write("token MARKER", to: "token")
            let text = "\(try await Self.failure(files))"
            #expect(text.contains("hubs.h.token: "))
            #expect(text.contains("byte 5 is not allowed in a token"))
            let isShown = text.contains("MARKER")
            #expect(!isShown)
        }
    }

    @Test func fileThatIsNoDatabaseIsRefused() async throws {
        try await withDaemonFolder { files, _ in
            try files.folder.write(String(repeating: "this is no database ", count: 100), to: "rotator.db")
            let error = try await Self.failure(files)
            #expect(error is SQLiteError)
        }
    }

    @Test func startAfterAFailedOneSucceeds() async throws {
        try await withDaemonFolder { files, _ in
            try files.folder.write("bad", to: "token.bad")
            try FileManager.default.moveItem(
                atPath: files.folder.file("token"),
                toPath: files.folder.file("token.good")
            )
            _ = try await Self.failure(files)
            try FileManager.default.moveItem(
                atPath: files.folder.file("token.good"),
                toPath: files.folder.file("token")
            )
            try await withRuntime(files) { _ in }
            #expect(try files.events() == ["daemon.started", "configuration.loaded", "daemon.stopped"])
        }
    }
}
