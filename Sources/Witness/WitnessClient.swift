import AsyncHTTPClient
import HTTPHardening
import NIOCore
import NIOHTTP1
import NIOSSL
package import TransparencyLog

/// Why a witness gave no answer that the protocol knows.
package enum WitnessFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// No whole answer in time.
    case timedOut
    /// No connection, or it ended before the answer did.
    case unreachable
    /// An answer in another format, or a larger one.
    case malformed(String)

    package var description: String {
        switch self {
        case .timedOut: "no answer in time"
        case .unreachable: "no connection, or it was lost"
        case .malformed(let reason): reason
        }
    }
}

/// Submits checkpoints to witnesses.
///
/// It follows no redirects, and an answer is read as far as it may be long. It owns its connections: ``shutdown()`` closes them.
package final class WitnessClient: Sendable {
    private let http: HTTPClient
    private let timeout: Duration
    private let userAgent: String

    /// - Parameters:
    ///   - timeout: The time-out of a whole exchange, with its connection.
    ///   - version: The program's version, for `User-Agent`.
    package init(timeout: Duration = .seconds(10), version: String) {
        (self.timeout, userAgent) = (timeout, "secret-rotator/\(version)")
        var configuration = HTTPClient.Configuration.hardened()
        configuration.timeout.connect = TimeAmount(min(timeout, .seconds(10)))
        // A checkpoint an hour: a connection is not kept for the next one.
        configuration.connectionPool.idleTimeout = .seconds(1)
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    deinit {
        http.shutdown { _ in }
    }

    /// Closes all connections; nothing can be submitted afterwards.
    package func shutdown() async {
        try? await http.shutdown()
    }

    /// Submits a checkpoint; cosignatures in the answer are not verified yet.
    package func submit(
        _ request: AddCheckpointRequest,
        to url: WitnessURL
    ) async throws(WitnessFailure) -> WitnessAnswer {
        try await submit(request.bytes, to: url)
    }

    /// Submits a body.
    func submit(_ body: [UInt8], to url: WitnessURL) async throws(WitnessFailure) -> WitnessAnswer {
        let (status, type, bytes) = try await exchange(body, url)
        do throws(FormatError) {
            return try WitnessAnswer(status: status, contentType: type, body: bytes)
        } catch { throw .malformed("\(error)") }
    }

    private typealias Answer = (status: Int, type: String?, body: [UInt8])

    private func exchange(_ body: [UInt8], _ url: WitnessURL) async throws(WitnessFailure) -> Answer {
        let result: Answer?
        do {
            result = try await withThrowingTaskGroup(of: Answer?.self) { [self] group in
                group.addTask { try await self.untimedExchange(body, url) }
                group.addTask { [timeout] in
                    try await Task.sleep(for: timeout)
                    return nil
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
        } catch { throw Self.classify(error) }
        guard let result else { throw .timedOut }
        return result
    }

    private func untimedExchange(_ body: [UInt8], _ url: WitnessURL) async throws -> Answer {
        var request = HTTPClientRequest(url: url.addCheckpoint)
        request.method = .POST
        request.headers.add(name: "User-Agent", value: userAgent)
        request.headers.add(name: "Content-Type", value: "text/plain; charset=utf-8")
        request.body = .bytes(ByteBuffer(bytes: body))
        let response = try await http.execute(request, deadline: .now() + TimeAmount(timeout))
        let bytes = try await response.body.collect(upTo: WitnessAnswer.maximumSize)
        let type = response.headers.first(name: "Content-Type")
        return (Int(response.status.code), type, Array(bytes.readableBytesView))
    }

    /// The error objects, which may hold a whole answer, are dropped here.
    private static func classify(_ error: any Error) -> WitnessFailure {
        switch error {
        case is NIOTooManyBytesError: return .malformed("the answer is larger than \(WitnessAnswer.maximumSize) bytes")
        case is ImpossibleStatus: return .malformed("a status outside 100 to 999")
        case is HTTPParserError: return .malformed("not HTTP")
        case let error as HTTPClientError: return error.isTimeout ? .timedOut : .unreachable
        default: return .unreachable
        }
    }
}
