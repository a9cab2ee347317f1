import AsyncHTTPClient
import HTTPHardening
import NIOCore
import NIOHTTP1
import NIOSSL
import RotationCore
import SecretMemory

/// Sends messages to a URL.
///
/// The host is resolved first and all its addresses are checked; the connection is made to one of exactly these, so that a second
/// answer of the name service can't lead elsewhere. No redirect is followed, no proxy of the environment is used, and the
/// certificate must be the host's.
package struct WebhookClient: Transport {
    package let url: WebhookURL
    private let authorities: String?
    private let token: (@Sendable () throws -> String)?
    private let resolver: any HostResolver
    private let timeout: Duration
    private let userAgent: String

    /// The most addresses of a host that are tried.
    private static let mostAddresses = 4
    /// The largest token's file.
    private static let tokenLimit = 64 * 1024

    /// - Parameters:
    ///   - authorities: A PEM file of the authorities that may sign the host's certificate; nil for the system's.
    ///   - token: The path of the file with a bearer token, which is read for each message; nil for none.
    ///   - timeout: The time-out of a whole delivery.
    ///   - version: The program's version, for `User-Agent`.
    package init(
        url: WebhookURL,
        authorities: String? = nil,
        token: (@Sendable () throws -> String)? = nil,
        resolver: any HostResolver = SystemResolver(),
        timeout: Duration = .seconds(10),
        version: String
    ) {
        (self.url, self.authorities, self.resolver) = (url, authorities, resolver)
        (self.timeout, userAgent) = (timeout, "secret-rotator/\(version)")
        self.token = token.map { path in
            { @Sendable in
                let token = try AccessToken(SecretFile.read(path(), limit: Self.tokenLimit))
                return token.withASCII { String(decoding: $0, as: UTF8.self) }
            }
        }
    }

    package func deliver(_ body: [UInt8]) async throws(DeliveryFailure) {
        do {
            try await withTimeout(timeout) { try await send(body) }
        } catch {
            throw Self.classify(error)
        }
    }

    /// Checks the host's addresses and the token's file; sends nothing.
    package func check() async throws(DeliveryFailure) {
        do {
            let addresses = try await withTimeout(timeout) { try await checkedAddresses() }
            guard !addresses.isEmpty else { throw DeliveryFailure.unresolved }
            _ = try bearer()
        } catch {
            throw Self.classify(error)
        }
    }

    private func send(_ body: [UInt8]) async throws {
        let addresses = try await checkedAddresses()
        var last: any Error = DeliveryFailure.unresolved
        for address in addresses.prefix(Self.mostAddresses) {
            do { return try await send(body, to: address) } catch let error as DeliveryFailure {
                // It was answered.
                throw error
            } catch {
                try Task.checkCancellation()
                last = error
            }
        }
        throw last
    }

    private func checkedAddresses() async throws -> [IPAddress] {
        let addresses = try await resolver.addresses(of: url.host)
        for address in addresses {
            if let refusal = address.refusal { throw DeliveryFailure.refused(address, refusal) }
            if url.isPlain, !address.isLoopback { throw DeliveryFailure.notLoopback(address) }
        }
        return addresses
    }

    private func send(_ body: [UInt8], to address: IPAddress) async throws {
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration(address))
        let result: Result<Int, any Error>
        do { result = .success(try await status(of: body, http)) } catch { result = .failure(error) }
        try? await http.shutdown()
        let status = try result.get()
        guard (200..<300).contains(status) else { throw DeliveryFailure.status(status) }
    }

    private func configuration(_ address: IPAddress) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration.hardened(authorities: authorities)
        // The name stays that of the request and of the certificate.
        configuration.dnsOverride = [url.host: "\(address)"]
        configuration.timeout.connect = TimeAmount(min(timeout, .seconds(5)))
        return configuration
    }

    /// Sends the message; the answer's body is not read.
    private func status(of body: [UInt8], _ http: HTTPClient) async throws -> Int {
        var request = HTTPClientRequest(url: url.text)
        request.method = .POST
        request.headers.add(name: "User-Agent", value: userAgent)
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Connection", value: "close")
        if let token = try bearer() { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        request.body = .bytes(ByteBuffer(bytes: body))
        return Int(try await http.execute(request, deadline: .now() + TimeAmount(timeout)).status.code)
    }

    private func bearer() throws(DeliveryFailure) -> String? {
        do { return try token?() } catch { throw .token("\(error)") }
    }

    /// The error objects, which may hold a whole answer, are dropped here.
    private static func classify(_ error: any Error) -> DeliveryFailure {
        switch error {
        case let error as DeliveryFailure: return error
        case is TimedOut, is CancellationError: return .timedOut
        case let error as HTTPClientError:
            return error.isTimeout ? .timedOut : .unreachable("no connection, or it was lost")
        case is NIOSSLError, is BoringSSLError: return .unreachable("its certificate, or TLS, is not valid")
        case is ImpossibleStatus: return .unreachable("a status outside 100 to 999")
        case is HTTPParserError: return .unreachable("its answer is not HTTP")
        default: return .unreachable("no connection, or it was lost")
        }
    }
}
