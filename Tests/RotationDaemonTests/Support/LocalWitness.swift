import RotationStore
import TestSupport
import TransparencyLog
import ValueGenerators
import Witness

/// A witness on a loopback port, in this process.
struct LocalWitness: Sendable {
    let key: CosignatureKey
    let port: Int

    /// The witness in a configuration; another key than its own may be given.
    func yaml(_ key: VerifierKey? = nil) -> String {
        "{url: \"http://127.0.0.1:\(port)\", key: \"\(key ?? self.key.verifier)\"}"
    }

    /// Serves a witness of a log while a closure runs.
    static func with(
        _ log: VerifierKey,
        database: String,
        _ body: @escaping @Sendable (LocalWitness) async throws -> Void
    ) async throws {
        let (heads, key) = (try WitnessHeads(path: database), try CosignatureKey(name: "w.example"))
        let server = WitnessServer(heads: heads, key: key, logKeys: [log], port: 0, logger: silent)
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { continuation.yield($0) } }
            group.addTask {
                for await port in ports { return try await body(LocalWitness(key: key, port: port)) }
            }
            try await group.next()
            group.cancelAll()
        }
        await heads.close()
    }
}

extension DaemonFolder {
    /// Makes an audit key.
    func makeAuditKey() throws -> SignedNoteKey {
        let key = try SignedNoteKey(name: "o.example")
        try folder.write(key.fileText, to: "audit.key")
        return key
    }

    /// Writes the configuration with the audit key, and these settings of the log.
    func configure(audit: String) throws {
        try configure(more: "audit: {\(audit)}")
        let key = "keys: {audit: \"file:\(folder.file("audit.key"))\","
        try folder.write(folder.read("c.yaml").replacing("keys: {", with: key), to: "c.yaml")
    }

    /// What is known of the witnesses.
    func standings() throws -> [WitnessStanding] {
        let history = try History(path: folder.file("rotator.db"), generators: BuiltInGenerators())
        defer { history.close() }
        return try history.witnessStandings()
    }
}
