import Glibc
import RotationCore
import RotationStore
import SQLite
import TestSupport
import Testing
import TransparencyLog

@testable import RotationDaemon

/// A daemon and its witnesses.
@Suite(.timeLimit(.minutes(5)))
struct WitnessKeeperTests {
    /// A daemon's files with an audit key, and a witness of its log.
    private static func with(
        _ body: @escaping @Sendable (DaemonFolder, LocalWitness) async throws -> Void
    ) async throws {
        try await withDaemonFolder { files, _ in
            let key = try files.makeAuditKey()
            try await LocalWitness.with(key.verifier, database: files.folder.file("w.db")) { witness in
                try await body(files, witness)
            }
        }
    }

    private static func untilCosigned(_ files: DaemonFolder, moreThan size: Int64 = -1) async throws -> Int64 {
        var found: Int64 = 0
        try await eventually("a checkpoint is cosigned") {
            guard let cosigned = try files.standings().first?.cosigned, cosigned.size > size else { return false }
            found = cosigned.size
            return true
        }
        return found
    }

    private static func untilFailed(_ files: DaemonFolder, _ error: Audit.WitnessFailed.Error) async throws {
        try await eventually("it fails: \(error)") { try files.standings().first?.failure?.error == error }
    }

    /// The witness says what it knows, and gets the proof from there.
    @Test func witnessIsFoundWhereItStands() async throws {
        try await Self.with { files, witness in
            try files.configure(audit: "witnesses: [\(witness.yaml())]")
            var size: Int64 = 0
            try await withRuntime(files) { _ in size = try await Self.untilCosigned(files) }
            let connection = try Connection(path: files.folder.file("rotator.db"), mode: .readWrite)
            try connection.execute("DELETE FROM audit_witnesses")
            connection.close()
            try await withRuntime(files) { [size] _ in _ = try await Self.untilCosigned(files, moreThan: size) }
            #expect(try files.events().filter { $0.hasPrefix("witness.") } == ["witness.cosigned", "witness.cosigned"])
        }
    }

    /// A stopping daemon waits a moment for the cosignatures of its last checkpoint.
    @Test func lastCheckpointIsCosigned() async throws {
        try await Self.with { files, witness in
            try files.configure(audit: "witnesses: [\(witness.yaml())]")
            try await withRuntime(files) { _ in _ = try await Self.untilCosigned(files) }
            let entries = try files.events()
            #expect(entries.last == "daemon.stopped")
            #expect(try files.standings().first?.cosigned?.size == Int64(entries.count))
        }
    }

    @Test func cosignatureOfAnotherKeyIsNone() async throws {
        try await Self.with { files, witness in
            let other = try CosignatureKey(name: witness.key.name).verifier
            try files.configure(audit: "witnesses: [\(witness.yaml(other))]")
            try await withRuntime(files) { _ in try await Self.untilFailed(files, .wrongKey) }
            #expect(try files.events().filter { $0.hasPrefix("witness.") } == ["witness.failed"])
        }
    }

    @Test func logThatTheWitnessDoesNotKnowIsTold() async throws {
        try await Self.with { files, witness in
            try files.folder.write(SignedNoteKey(name: "other.example").fileText, to: "audit.key")
            try files.configure(audit: "witnesses: [\(witness.yaml())]")
            try await withRuntime(files) { _ in try await Self.untilFailed(files, .unknownLog) }
        }
    }

    @Test func reloadFollowsTheConfiguration() async throws {
        try await Self.with { files, witness in
            try files.configure(audit: "checkpoint_every: 1h")
            try await withRuntime(files) { runtime in
                try files.configure(audit: "witnesses: [\(witness.yaml())]")
                await runtime.reload()
                _ = try await Self.untilCosigned(files)
                try files.configure(audit: "checkpoint_every: 1h")
                await runtime.reload()
            }
            // It was no longer a witness when the last checkpoint was signed.
            let cosigned = try #require(try files.standings().first?.cosigned)
            #expect(try cosigned.size < files.events().count)
        }
    }

    /// One that accepts connections and says nothing.
    @Test func silentWitnessHoldsUpNothing() async throws {
        try await withDaemonFolder { files, _ in
            _ = try files.makeAuditKey()
            let silent = try SilentListener()
            defer { silent.close() }
            let key = try CosignatureKey(name: "w.example").verifier
            try files.configure(
                audit: "checkpoint_every: 1s, witnesses: [{url: \"http://127.0.0.1:\(silent.port)\", key: \"\(key)\"}]"
            )
            try files.schedule("db_password", isDue: true)
            let start = ContinuousClock.now
            try await withRuntime(files) { _ in
                try await files.wait(for: "rotation.succeeded")
                // Its time-out is ten seconds: this is before it.
                #expect(try files.standings().isEmpty)
            }
            #expect(ContinuousClock.now - start < .seconds(9))
        }
    }
}

/// A port whose connections stay in the kernel's queue.
private struct SilentListener {
    private let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let port: Int

    init() throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, size) | listen(descriptor, 16) | getsockname(descriptor, pointer, &size)
            }
        }
        guard status == 0 else { throw NeverHappened(description: "a port to listen on") }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    func close() { Glibc.close(descriptor) }
}
