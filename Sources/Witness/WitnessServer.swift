import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
package import TransparencyLog

/// Serves a witness on a loopback port: `POST /add-checkpoint` of <https://c2sp.org/tlog-witness@v1.0.0>.
package struct WitnessServer: Sendable {
    private let heads: WitnessHeads
    private let key: CosignatureKey
    private let logKeys: [VerifierKey]
    private let port: Int
    private let logger: Logger

    /// Connections at a time.
    private static let connections = 256
    /// How long a connection may be silent.
    private static let idle = TimeAmount.seconds(30)

    /// - Parameters:
    ///   - logKeys: The keys of the known logs, each named as its log's origin.
    ///   - port: The port on 127.0.0.1; 0 for any free port.
    package init(heads: WitnessHeads, key: CosignatureKey, logKeys: [VerifierKey], port: Int, logger: Logger) {
        (self.heads, self.key, self.logKeys) = (heads, key, logKeys)
        (self.port, self.logger) = (port, logger)
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameter onReady: Receives the port once connections are accepted.
    package func run(onReady: @escaping @Sendable (Int) -> Void) async throws {
        try await application(onReady).run()
    }

    /// Serves until TERM or INT; requests in flight get their answers.
    ///
    /// - Parameter onReady: Receives the port once connections are accepted.
    package func runUntilSignalled(onReady: @escaping @Sendable (Int) -> Void) async throws {
        try await application(onReady).runService()
    }

    private func application(_ onReady: @escaping @Sendable (Int) -> Void) -> some ApplicationProtocol {
        let router = Router()
        router.post("/add-checkpoint") { request, _ in try await answer(request) }
        var quiet = logger
        quiet.logLevel = .critical
        return Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: Self.idle)),
            configuration: .init(
                address: .hostname("127.0.0.1", port: port),
                serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connections)
            ),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? 0) },
            logger: quiet
        )
    }

    private func answer(_ request: Request) async throws -> Response {
        // A larger body is refused with 413.
        let body = try await request.body.collect(upTo: AddCheckpointRequest.maximumSize)
        let answer = try await answer(Array(body.readableBytesView))
        var fields = HTTPFields()
        if let type = answer.contentType { fields[.contentType] = type }
        return Response(
            status: .init(code: answer.status),
            headers: fields,
            body: .init(byteBuffer: ByteBuffer(bytes: answer.body))
        )
    }

    /// Answers a body.
    ///
    /// - Throws: The database's error, which is answered with 500: then nothing is cosigned.
    private func answer(_ body: [UInt8]) async throws -> WitnessAnswer {
        let request: AddCheckpointRequest
        do { request = try AddCheckpointRequest(body) } catch {
            logger.debug("refused: \(error)")
            return .badRequest
        }
        do {
            let outcome = try await heads.submit(request, logKeys: logKeys, key: key) {
                UInt64(max(0, Date().timeIntervalSince1970))
            }
            log(outcome, request.checkpoint.checkpoint)
            switch outcome {
            case .cosigned(let signature): return .cosigned([signature])
            case .refused(let refusal): return refusal.answer
            }
        } catch {
            logger.critical("the head can't be stored, so nothing is cosigned: \(error)")
            throw error
        }
    }

    private func log(_ outcome: WitnessHeads.Outcome, _ checkpoint: Checkpoint) {
        let size: Logger.Metadata = ["size": "\(checkpoint.size)"]
        let head = size.merging(["origin": "\(checkpoint.origin)", "root": "\(checkpoint.root)"]) { $1 }
        switch outcome {
        case .cosigned: logger.notice("cosigned", metadata: head)
        case .refused(.fork): logger.critical("refused: the log has forked", metadata: head)
        case .refused(.badProof), .refused(.notEmptyRoot):
            logger.error("refused: no proof that the log only grew", metadata: head)
        case .refused(.conflict(let known)):
            logger.notice("refused: the log's last known size is \(known)", metadata: head)
        // The sender is not known: it must not fill the log, and its words are not shown.
        case .refused(.unknownLog), .refused(.notSigned), .refused(.badSignature), .refused(.oldSizeAboveNew):
            logger.debug("refused: unknown log, wrong signature or old size", metadata: size)
        }
    }
}
