import Logging
import TestSupport
import TransparencyLog

@testable import Witness

/// A witness that is served on a loopback port.
struct ServedWitness: Sendable {
    let key: CosignatureKey
    let url: WitnessURL
    let client: WitnessClient

    /// Serves a witness while a closure runs.
    ///
    /// - Parameter database: Its database; what it says is remembered from before.
    static func with<T: Sendable>(
        _ logs: [VerifierKey],
        database: String,
        key: CosignatureKey,
        _ body: @escaping @Sendable (ServedWitness) async throws -> T
    ) async throws -> T {
        let heads = try WitnessHeads(path: database)
        let logger = Logger(label: "witness") { _ in SwiftLogNoOpLogHandler() }
        let server = WitnessServer(heads: heads, key: key, logKeys: logs, port: 0, logger: logger)
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let client = WitnessClient(version: "test")
        let result = try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask {
                try await server.run { continuation.yield($0) }
                return nil
            }
            group.addTask {
                for await port in ports {
                    let url = try WitnessURL("http://127.0.0.1:\(port)/")
                    return try await body(ServedWitness(key: key, url: url, client: client))
                }
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw NeverHappened(description: "the witness was served")
        }
        await client.shutdown()
        await heads.close()
        return result
    }

    func submit(_ request: AddCheckpointRequest) async throws -> WitnessAnswer {
        try await client.submit(request, to: url)
    }

    /// Submits any bytes.
    ///
    /// - Parameter path: Where, below the witness's own prefix.
    func submit(_ body: [UInt8], below path: String = "") async throws -> WitnessAnswer {
        try await client.submit(body, to: WitnessURL("\(url)\(path)"))
    }

    /// Whether a request is answered with a good cosignature of its checkpoint.
    func cosigns(_ request: AddCheckpointRequest) async throws -> Bool {
        guard case .cosigned(let signatures) = try await submit(request) else { return false }
        return try WitnessAnswer.verified(signatures, of: request.checkpoint, by: [key.verifier]).count == 1
    }
}
