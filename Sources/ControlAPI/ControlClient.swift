import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import RotationCore
package import SecretMemory

/// The client of the control socket.
package struct ControlClient: Sendable {
    private let path: String
    /// The time-out for an answer; a daemon that was stopped by SIGSTOP still has its socket open.
    private static let timeout = Duration.seconds(15)
    /// The largest answer in bytes.
    private static let answerLimit = RequestSize.schedules
    /// The time-out for a large request, once the daemon has answered a small one.
    private static let longTimeout = Duration.seconds(600)

    /// - Parameter path: The socket.
    package init(path: String) {
        self.path = path
    }

    /// Sends an operation to the daemon, and returns its answer.
    ///
    /// - Parameter warn: Receives the warnings of the daemon's answer.
    /// - Throws: ``ControlFailure``: the one that the daemon returns, or `unavailable` if it does not answer.
    package func send<Operation: ControlOperation>(
        _ operation: Operation,
        warn: (String) -> Void = { _ in }
    ) async throws -> Operation.Answer {
        let message = try OperationMessage.encode(operation, value: nil)
        try RequestSize.check(message.readableBytes, limit: Operation.sizeLimit)
        let isLarge = message.readableBytes > RequestSize.small
        if isLarge || operation.generatorTimeout > .zero { _ = try await send(Ping()) }
        let timeout = (isLarge ? Self.longTimeout : Self.timeout) + operation.generatorTimeout
        return try await send(Operation.path, message, timeout: timeout, warn: warn)
    }

    /// Sends an operation on a hub to the daemon, and returns its answer.
    ///
    /// - Parameters:
    ///   - value: The value to send beside the operation.
    ///   - timeout: The time-out for the hub.
    package func send<Operation: HubOperation>(
        _ operation: Operation,
        value: SecretValue?,
        timeout: Duration
    ) async throws -> Operation.Answer {
        // Only the hub may take this long. A stopped daemon is detected sooner, by a ping.
        _ = try await send(Ping())
        let message = try OperationMessage.encode(operation, value: value)
        try RequestSize.check(message.readableBytes, limit: Operation.sizeLimit)
        return try await send(Operation.path, message, timeout: Self.timeout + timeout)
    }

    private func send<Answer: Decodable>(
        _ path: String,
        _ message: ByteBuffer,
        timeout: Duration,
        warn: (String) -> Void = { _ in }
    ) async throws -> Answer {
        let (status, warnings, body): (UInt, [String], Data)
        do {
            (status, warnings, body) = try await exchange(path, message, timeout: timeout) { response in
                let body = Data(buffer: try await response.body.collect(upTo: Self.answerLimit))
                return (response.status.code, response.headers[ControlWarnings.field], body)
            }
        } catch is TimedOut {
            throw unavailable("it does not answer")
        }
        guard status == 200 else {
            throw (try? JSONDecoder().decode(ControlFailure.self, from: body)) ?? unavailable("it answered \(status)")
        }
        guard let answer = try? JSONDecoder().decode(Answer.self, from: body) else {
            throw unavailable("its answer can't be read: is the daemon as old as the command?")
        }
        for warning in warnings { warn(ControlWarnings.decode(warning)) }
        return answer
    }

    /// Follows requests until all are over, in groups of the size that the daemon allows.
    ///
    /// - Parameter onProgress: Receives each change.
    /// - Throws: ``ControlFailure``, `timedOut` at the time-out.
    package func watch(
        _ requests: [RequestRotations.Accepted],
        timeout: Duration,
        onProgress: (RequestProgress) -> Void
    ) async throws {
        let deadline = ContinuousClock.now + timeout
        for first in stride(from: 0, to: max(1, requests.count), by: RequestLimits.watched) {
            let part = Array(requests.dropFirst(first).prefix(RequestLimits.watched))
            try await watch(part: part, timeout: deadline - .now, onProgress: onProgress)
        }
    }

    private func watch(
        part requests: [RequestRotations.Accepted],
        timeout: Duration,
        onProgress: (RequestProgress) -> Void
    ) async throws {
        let (lines, continuation) = AsyncStream.makeStream(of: RequestProgress.self)
        // The elements of the stream arrive in this task, so that the closure need not be Sendable; the transfer runs
        // concurrently.
        async let transfer: Void = transfer(requests, timeout, continuation)
        for await progress in lines { onProgress(progress) }
        try await transfer
    }

    private func transfer(
        _ requests: [RequestRotations.Accepted],
        _ timeout: Duration,
        _ lines: AsyncStream<RequestProgress>.Continuation
    ) async throws {
        defer { lines.finish() }
        do {
            let message = try OperationMessage.encode(WatchRequests(requests: requests), value: nil)
            try await exchange(WatchRequests.path, message, timeout: timeout) { response in
                guard response.status.code == 200 else {
                    let body = Data(buffer: try await response.body.collect(upTo: RequestSize.small))
                    throw (try? JSONDecoder().decode(ControlFailure.self, from: body))
                        ?? unavailable("it answered \(response.status.code)")
                }
                var rest = ByteBuffer()
                for try await var part in response.body {
                    rest.writeBuffer(&part)
                    while let line = rest.readLine() {
                        if let progress = try? JSONDecoder().decode(RequestProgress.self, from: line) {
                            lines.yield(progress)
                        }
                    }
                }
            }
        } catch is TimedOut {
            throw ControlFailure(status: .timedOut, message: "the time-out came first")
        }
    }

    /// Posts a body, reads the answer, and closes the connection.
    ///
    /// - Throws: `TimedOut`, ``Unreachable`` or ``ControlFailure``.
    private func exchange<T: Sendable>(
        _ operation: String,
        _ message: ByteBuffer,
        timeout: Duration,
        read: @escaping @Sendable (HTTPClientResponse) async throws -> T
    ) async throws -> T {
        let request = try makeRequest(operation, message)
        var configuration = HTTPClient.Configuration()
        // No retry here: the caller decides whether to try an unreachable socket again.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.redirectConfiguration = .disallow
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let answer = try await withTimeout(timeout) {
                try await read(try await client.execute(request, timeout: TimeAmount(timeout)))
            }
            try? await client.shutdown()
            return answer
        } catch {
            try? await client.shutdown()
            if error is TimedOut || (error as? HTTPClientError) == .deadlineExceeded { throw TimedOut() }
            throw failure(error)
        }
    }

    private func makeRequest(_ operation: String, _ message: ByteBuffer) throws -> HTTPClientRequest {
        guard let url = URL(httpURLWithSocketPath: path, uri: "/v1/\(operation)") else {
            throw ControlFailure(status: .configuration, message: "\(path) can't be the path of a socket")
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = .POST
        request.body = .bytes(message)
        return request
    }

    /// No process listens at the socket: nothing was sent.
    package struct Unreachable: Error, CustomStringConvertible {
        package init() {}

        package var description: String {
            "no process listens at the control socket: see systemctl status secret-rotator"
        }
    }

    private func failure(_ error: any Error) -> any Error {
        if let failure = error as? ControlFailure { return failure }
        let code = (error as? IOError)?.errnoCode
        if code == EACCES || code == EPERM {
            return ControlFailure(
                status: .notPermitted,
                message: "\(path): not permitted: ask for the role of an operator"
            )
        }
        if code == ECONNREFUSED || code == ENOENT { return Unreachable() }
        return unavailable("it can't be reached")
    }

    private func unavailable(_ why: String) -> ControlFailure {
        ControlFailure(
            status: .unavailable,
            message: "the daemon at \(path): \(why); see: systemctl status secret-rotator"
        )
    }
}

extension ByteBuffer {
    /// The next complete line without its newline; nil if there is none yet.
    fileprivate mutating func readLine() -> Data? {
        guard let end = readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let line = readData(length: end - readerIndex)
        moveReaderIndex(forwardBy: 1)
        return line
    }
}
