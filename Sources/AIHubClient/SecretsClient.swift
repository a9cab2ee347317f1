package import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
package import RotationCore
import SecretMemory

/// AI Hub's secrets API over HTTP, for one hub.
///
/// One call is one request (a second one only after a 401, where the token file turns out to hold another token). The
/// caller decides about retries with ``RetryPolicy``; this client keeps the hub's limits with its ``RequestGate``.
package struct SecretsClient: SecretsAPI {
    /// What is known of a hub.
    package struct Configuration: Sendable {
        /// The API root.
        package var endpoint: HubEndpoint
        /// `IB-Context`, normally the organization's ID.
        package var context: String?
        /// The total time of a request, connecting included.
        package var timeout: Duration
        /// A file of PEM certificates to trust instead of the system's.
        package var certificateAuthorities: String?
        /// Requests under way at once.
        package var maxInFlight: Int
        /// Requests in a length of time.
        package var rate: RequestRate

        package init(
            endpoint: HubEndpoint,
            context: String?,
            timeout: Duration,
            certificateAuthorities: String?,
            maxInFlight: Int,
            rate: RequestRate
        ) {
            self.endpoint = endpoint
            self.context = context
            self.timeout = timeout
            self.certificateAuthorities = certificateAuthorities
            self.maxInFlight = maxInFlight
            self.rate = rate
        }
    }

    private let configuration: Configuration
    private let token: TokenFile
    private let gate: RequestGate
    private let http: HTTPClient
    private let userAgent: String
    private let refusal = Refusal()

    /// Reads an answer's body.
    private typealias Read<T> = @Sendable (ResponseParser.Head, HTTPClientResponse.Body) async throws -> T

    /// The most bytes of an answer to a command; a list is read while it arrives.
    private static let responseLimit = 16 * 1024 * 1024

    /// - Parameters:
    ///   - configuration: The hub.
    ///   - token: Its token.
    ///   - http: Made by ``makeHTTPClient(certificateAuthorities:timeout:)``; whoever made it shuts it down.
    ///   - version: The program's version, for `User-Agent`.
    package init(configuration: Configuration, token: TokenFile, http: HTTPClient, version: String) {
        self.configuration = configuration
        self.token = token
        self.http = http
        gate = RequestGate(maxInFlight: configuration.maxInFlight, rate: configuration.rate)
        userAgent = "secret-rotator/\(version)"
    }

    /// An HTTP client that follows no redirects, retries nothing by itself, trusts only what it is told to, and speaks
    /// TLS 1.2 or later.
    ///
    /// The certificates are read when the first connection is made: a changed file needs another client.
    package static func makeHTTPClient(certificateAuthorities: String?, timeout: Duration) -> HTTPClient {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        if let certificateAuthorities { tls.trustRoots = .file(certificateAuthorities) }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        // The bearer token must not travel to another host.
        configuration.redirectConfiguration = .disallow
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = min(.seconds(10), TimeAmount(timeout))
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.idleTimeout = .seconds(30)
        configuration.http1_1ConnectionDebugInitializer = StatusGuard.install
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    // MARK: The four operations

    package func update(_ update: SecretUpdate, onAdmitted: () async throws -> Void) async throws -> Receipt {
        try await command(.PATCH, update.value, onAdmitted: onAdmitted) { JSONBody.update(update) }
    }

    package func create(_ creation: SecretCreation) async throws(HubError) -> Receipt {
        try await typed { try await command(.POST, creation.value) { JSONBody.creation(creation) } }
    }

    package func delete(_ alias: SecretAlias) async throws(HubError) -> Receipt {
        try await typed { try await command(.DELETE, nil) { JSONBody.deletion(alias) } }
    }

    package func list(
        alias: SecretAlias?,
        workspace: String?,
        onAdmitted: () async throws -> Void
    ) async throws -> [ListedSecret] {
        var query: [(name: String, value: String)] = []
        if let alias { query.append(("alias", alias.text)) }
        if let workspace { query.append(("workspace", workspace)) }
        return try await send(.GET, query: query, onAdmitted: onAdmitted, body: { nil }) { head, body in
            var list = ListReader(head, alias: alias?.text)
            for try await part in body { try list.read(Array(part.readableBytesView)) }
            return try list.finish()
        }
    }

    /// An operation without a caller's closure throws nothing but ``HubError``.
    private func typed<T>(_ operation: () async throws -> T) async throws(HubError) -> T {
        do { return try await operation() } catch { throw (error as? HubError) ?? TransportErrors.classify(error) }
    }

    package func hasNewToken() async -> Bool {
        guard (try? token.reload()) != nil, let present = try? token.current() else { return false }
        return refusal.isWorthATry(present)
    }

    /// Ends waiting for a turn: what waits, and whatever comes later, is not sent.
    package func close() {
        gate.close()
    }

    private func command(
        _ method: HTTPMethod,
        _ value: SecretValue?,
        onAdmitted: () async throws -> Void = {},
        body: () -> ByteBuffer
    ) async throws -> Receipt {
        let answer = try await send(method, query: [], value: value, onAdmitted: onAdmitted, body: { body() }) {
            try await Self.collect($0, $1)
        }
        let isEmpty = try ResponseParser.checkForError(answer)
        return Receipt(status: answer.status, requestID: answer.requestID, isEmpty: isEmpty)
    }

    // MARK: One request

    /// Sends a request; after a 401 reads the token again, and sends once more where it is another one than was sent.
    ///
    /// - Parameter read: Reads the answer to a request that has not failed, as it arrives.
    private func send<T: Sendable>(
        _ method: HTTPMethod,
        query: [(name: String, value: String)],
        value: SecretValue? = nil,
        onAdmitted: () async throws -> Void = {},
        body: () -> ByteBuffer?,
        read: @escaping Read<T>
    ) async throws -> T {
        try await gate.pass { () async throws -> T in
            let token = try currentToken()
            try await onAdmitted()
            var echo = EchoCheck(tokens: [token], value: value)
            do {
                return try await exchange(makeRequest(method, query: query, token: token, body: body()), echo, read)
            } catch let error as HubError where error.kind == .unauthorized {
                refusal.note(token)
                // Somebody else may have read the new token already: what counts is which one this request carried.
                _ = try? self.token.reload()
                let fresh = try currentToken()
                guard !fresh.isSame(as: token) else { throw error }
                echo.tokens.append(fresh)
                let request = makeRequest(method, query: query, token: fresh, body: body())
                return try await secondExchange(request, echo, fresh, read)
            }
        }
    }

    private func secondExchange<T: Sendable>(
        _ request: HTTPClientRequest,
        _ echo: EchoCheck,
        _ token: AccessToken,
        _ read: @escaping Read<T>
    ) async throws -> T {
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

    private func makeRequest(
        _ method: HTTPMethod,
        query: [(name: String, value: String)],
        token: AccessToken,
        body: ByteBuffer?
    ) -> HTTPClientRequest {
        let items = query.map { "\($0.name)=\(Self.percentEncoded($0.value))" }
        let suffix = items.isEmpty ? "" : "?" + items.joined(separator: "&")
        var request = HTTPClientRequest(url: configuration.endpoint.secrets.absoluteString + suffix)
        request.method = method
        token.withASCII {
            request.headers.add(name: "Authorization", value: "Bearer " + String(decoding: $0, as: UTF8.self))
        }
        if let context = configuration.context { request.headers.add(name: "IB-Context", value: context) }
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: userAgent)
        if let body {
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
            host: configuration.endpoint.host
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

    /// Percent-encodes all but RFC 3986's unreserved characters.
    private static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            if isPlain || "-._~".unicodeScalars.contains(scalar) { return String(scalar) }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
