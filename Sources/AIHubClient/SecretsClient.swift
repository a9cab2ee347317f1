import AsyncHTTPClient
import NIOCore
import NIOHTTP1
package import RotationCore
import SecretMemory

/// AI Hub's secrets API over HTTP, for one hub.
///
/// One call is one request (a second one only after a 401, where the token file turns out to hold another token). The
/// caller decides about retries with ``RetryPolicy``; this client keeps the hub's limits with its ``ConcurrencyLimiter``.
///
/// It owns its connections: they are closed by ``shutdown()``, or once nothing refers to the client any more.
package final class SecretsClient: SecretsAPI {
    private let configuration: Configuration
    private let token: TokenFile
    private let limiter: ConcurrencyLimiter
    private let http: HTTPClient
    /// The URL of the secrets, and its host.
    private let (url, host): (String, String)
    private let userAgent: String
    private let refusal = Refusal()

    /// Reads an answer's body.
    private typealias Read<T> = @Sendable (ResponseParser.Head, HTTPClientResponse.Body) async throws -> T

    /// The most bytes of an answer to a command; a list is read while it arrives.
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
        (url, host) = (configuration.endpoint.secrets, configuration.endpoint.host)
        userAgent = "secret-rotator/\(version)"
    }

    deinit {
        // Nothing is under way; it does not matter when the last idle connection is closed.
        http.shutdown { _ in }
    }

    /// Gives no permit any more: what waits for one, and whatever comes later, is not sent.
    package func close() {
        limiter.close()
    }

    /// Closes all connections; nothing can be sent after it.
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

    package func hasNewToken() async -> Bool {
        guard (try? token.reload()) != nil, let present = try? token.current() else { return false }
        return refusal.isWorthATry(present)
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

    /// What is sent, but for the token.
    private struct Message {
        var method: HTTPMethod
        /// With its `?`; empty for none.
        var query = ""
        var body: ByteBuffer?
        /// The value in the body, where there is one.
        var value: SecretValue?
    }

    /// Sends a request, and gives its place back when it has ended.
    ///
    /// - Parameter read: Reads the answer to a request that has not failed, as it arrives.
    private func send<T: Sendable>(
        _ message: Message,
        _ permit: consuming SendPermit,
        _ read: @escaping Read<T>
    ) async throws(HubError) -> T {
        let result: Result<T, HubError>
        do { result = .success(try await send(message, read)) } catch { result = .failure(error) }
        // In so many words, as nothing above uses the permit: its place is given back only now.
        permit.end()
        return try result.get()
    }

    /// Sends a request; after a 401 reads the token again, and sends once more where it is another one than was sent.
    private func send<T: Sendable>(_ message: Message, _ read: @escaping Read<T>) async throws(HubError) -> T {
        let token = try currentToken()
        var echo = EchoCheck(tokens: [token], value: message.value)
        do {
            return try await exchange(makeRequest(message, token), echo, read)
        } catch {
            guard error.kind == .unauthorized else { throw error }
            refusal.note(token)
            // Another request may have read the new token already: what counts is which one this request carried.
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
            if error.kind == .unauthorized { refusal.note(token) }
            throw error
        }
    }

    private func currentToken() throws(HubError) -> AccessToken {
        do { return try token.current() } catch { throw HubError(.noToken) }
    }

    private func makeRequest(_ message: Message, _ token: AccessToken) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url + message.query)
        request.method = message.method
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
        // A failure's body may repeat what was sent, and says nothing that we act on: it is left unread.
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
