import AsyncHTTPClient
import NIOCore
import NIOHTTP1
package import RotationCore
import SecretMemory

/// The client of AI Hub's secrets API, for one hub.
///
/// One call sends one request (a second one only after a 401, if the token file holds a new token). The caller decides
/// about retries with ``RetryPolicy``; this client keeps the hub's limits with its ``ConcurrencyLimiter``.
///
/// It owns its connections: ``shutdown()`` closes them, or the release of the last reference to the client.
package final class SecretsClient: SecretsAPI {
    private let configuration: Configuration
    private let token: TokenFile
    private let limiter: ConcurrencyLimiter
    private let http: HTTPClient
    private let address: HubAddress
    private let host: String
    private let userAgent: String
    private let refusal = Refusal()

    /// Reads the body of an answer.
    private typealias Read<T> = @Sendable (ResponseParser.Head, HTTPClientResponse.Body) async throws -> T

    /// The largest answer to a command in bytes; a list is read while it arrives.
    private static let responseLimit = 16 * 1024 * 1024

    /// - Parameters:
    ///   - configuration: The hub.
    ///   - token: Its token.
    ///   - version: The program's version, for `User-Agent`.
    package init(configuration: Configuration, token: TokenFile, version: String) {
        self.configuration = configuration
        self.token = token
        http = HTTPClient(configuration)
        limiter = ConcurrencyLimiter(maxInFlight: configuration.maxInFlight, rate: configuration.rate)
        address = HubAddress(configuration.endpoint, socket: configuration.socket)
        host = configuration.endpoint.host
        userAgent = "secret-rotator/\(version)"
    }

    deinit {
        // No request is in flight, so idle connections may be closed at any time.
        http.shutdown { _ in }
    }

    /// Closes the limiter: waiting and later requests are not sent.
    package func close() {
        limiter.close()
    }

    /// Closes all connections; nothing can be sent afterwards.
    package func shutdown() async {
        limiter.close()
        try? await http.shutdown()
    }

    // MARK: The four operations

    package func permit() async throws(HubError) -> SendPermit {
        let permit = try await limiter.permit()
        _ = try currentToken()
        return permit
    }

    package func update(_ update: SecretUpdate, using permit: consuming SendPermit) async throws(HubError) -> Receipt {
        try await command(.PATCH, update.value, JSONBody.update(update), permit)
    }

    package func create(
        _ creation: SecretCreation,
        using permit: consuming SendPermit
    ) async throws(HubError) -> Receipt {
        try await command(.POST, creation.value, JSONBody.creation(creation), permit)
    }

    package func delete(_ alias: SecretAlias, using permit: consuming SendPermit) async throws(HubError) -> Receipt {
        try await command(.DELETE, nil, JSONBody.deletion(alias), permit)
    }

    package func list(
        alias: SecretAlias?,
        workspace: String?,
        using permit: consuming SendPermit
    ) async throws(HubError) -> [ListedSecret] {
        let message = Message(method: .GET, query: ListQuery.text(alias: alias, workspace: workspace))
        return try await send(message, permit) { head, body in
            var list = ListReader(head, alias: alias?.text)
            for try await part in body { try list.read(Array(part.readableBytesView)) }
            return try list.finish()
        }
    }

    /// Reads a page of the hub's own audit log.
    func auditLogPage(_ body: ByteBuffer, using permit: consuming SendPermit) async throws(HubError) -> AuditLogPage {
        let message = Message(url: address.auditLogs, method: .POST, body: body)
        return try await send(message, permit) { head, body in
            try AuditLogPage(await Self.collect(head, body), head.echo)
        }
    }

    package func hasNewToken() async -> Bool {
        guard (try? token.reload()) != nil, let present = try? token.current() else { return false }
        return refusal.isNew(present)
    }

    private func command(
        _ method: HTTPMethod,
        _ value: SecretValue?,
        _ body: ByteBuffer,
        _ permit: consuming SendPermit
    ) async throws(HubError) -> Receipt {
        let message = Message(method: method, body: body, value: value)
        let answer = try await send(message, permit) { try await Self.collect($0, $1) }
        let isEmpty = try ResponseParser.checkForError(answer)
        return Receipt(status: answer.status, requestID: answer.requestID, isEmpty: isEmpty)
    }

    // MARK: One request

    /// A request without its token.
    private struct Message {
        /// The URL, if not that of the secrets API.
        var url: String?
        var method: HTTPMethod
        /// The query with its `?`; empty for none.
        var query = ""
        var body: ByteBuffer?
        /// The value in the body, if there is one.
        var value: SecretValue?
    }

    /// Sends a request, and releases its permit when it has ended.
    ///
    /// - Parameter read: Reads the answer of a successful request while it arrives.
    private func send<T: Sendable>(
        _ message: Message,
        _ permit: consuming SendPermit,
        _ read: @escaping Read<T>
    ) async throws(HubError) -> T {
        let result: Result<T, HubError>
        do { result = .success(try await send(message, read)) } catch { result = .failure(error) }
        // An explicit release: nothing above uses the permit, so it could be destroyed before the request has ended.
        permit.end()
        return try result.get()
    }

    /// Sends a request; after a 401 it reads the token again, and sends once more if the token is a new one.
    private func send<T: Sendable>(_ message: Message, _ read: @escaping Read<T>) async throws(HubError) -> T {
        let token = try currentToken()
        var echo = EchoCheck(tokens: [token], value: message.value)
        do {
            return try await exchange(makeRequest(message, token), echo, read)
        } catch {
            guard error.kind == .unauthorized else { throw error }
            refusal.record(token)
            // Another request may have read the new token already, so compare with the token of this request.
            _ = try? self.token.reload()
            let fresh = try currentToken()
            guard !fresh.isSame(as: token) else { throw error }
            echo.tokens.append(fresh)
            return try await secondExchange(makeRequest(message, fresh), echo, fresh, read)
        }
    }

    private func secondExchange<T: Sendable>(
        _ request: HTTPClientRequest,
        _ echo: EchoCheck,
        _ token: AccessToken,
        _ read: @escaping Read<T>
    ) async throws(HubError) -> T {
        do {
            return try await exchange(request, echo, read)
        } catch {
            if error.kind == .unauthorized { refusal.record(token) }
            throw error
        }
    }

    private func currentToken() throws(HubError) -> AccessToken {
        do { return try token.current() } catch { throw HubError(.noToken) }
    }

    private func makeRequest(_ message: Message, _ token: AccessToken) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: (message.url ?? address.secrets) + message.query)
        request.method = message.method
        if let field = address.hostField { request.headers.add(name: "Host", value: field) }
        token.withASCII {
            request.headers.add(name: "Authorization", value: "Bearer " + String(decoding: $0, as: UTF8.self))
        }
        if let context = configuration.context { request.headers.add(name: "IB-Context", value: context) }
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: userAgent)
        if let body = message.body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(body)
        }
        return request
    }

    private func exchange<T: Sendable>(
        _ request: HTTPClientRequest,
        _ echo: EchoCheck,
        _ read: @escaping Read<T>
    ) async throws(HubError) -> T {
        do {
            return try await withTimeout(configuration.timeout) { [self] in
                try await exchangeUntimed(request, echo, read)
            }
        } catch {
            throw (error as? HubError) ?? TransportErrors.classify(error)
        }
    }

    private func exchangeUntimed<T>(
        _ request: HTTPClientRequest,
        _ echo: EchoCheck,
        _ read: Read<T>
    ) async throws -> T {
        let deadline = NIODeadline.now() + TimeAmount(configuration.timeout)
        let response = try await http.execute(request, deadline: deadline)
        let head = ResponseParser.Head(
            status: Int(response.status.code),
            headers: response.headers,
            echo: echo,
            host: host
        )
        // The body of a failure is not read: it may echo secrets, and we need nothing from it.
        try head.throwIfFailed()
        return try await read(head, response.body)
    }

    private static func collect(
        _ head: ResponseParser.Head,
        _ body: HTTPClientResponse.Body
    ) async throws -> ResponseParser.Answer {
        do {
            let body = try await body.collect(upTo: responseLimit)
            return ResponseParser.Answer(status: head.status, requestID: head.requestID, body: body)
        } catch is NIOTooManyBytesError {
            throw HubError(.malformed, status: head.status, requestID: head.requestID)
        }
    }
}
