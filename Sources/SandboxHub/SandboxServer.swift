import Foundation
import HTTPTypes
import Hummingbird
package import Logging
import NIOCore

/// Serves a ``SandboxHub`` on a loopback port.
package struct SandboxServer: Sendable {
    /// The hub that it serves.
    package let hub: SandboxHub
    private let testHooks: Bool
    private let port: Int
    private let logger: Logger

    /// - Parameters:
    ///   - port: The port on 127.0.0.1; 0 for any free port.
    ///   - testHooks: Whether clients can post faults and read the received requests.
    package init(hub: SandboxHub, port: Int, testHooks: Bool, logger: Logger) {
        self.hub = hub
        self.port = port
        self.testHooks = testHooks
        self.logger = logger
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameter onReady: Receives the port once connections are accepted.
    package func run(onReady: @escaping @Sendable (Int) -> Void) async throws {
        let application = Application(
            router: router(),
            configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? 0) },
            logger: logger
        )
        try await application.run()
    }

    private func router() -> Router<SandboxContext> {
        let router = Router(context: SandboxContext.self)
        for method in [HTTPRequest.Method.get, .post, .patch, .delete] {
            router.on("/api/v2/aihub/secrets", method: method) { request, context in
                try await answer(request, context)
            }
        }
        guard testHooks else { return router }
        router.post("/api/v1/auditlogs") { request, context in
            let body = try await request.body.collect(upTo: Self.bodyLimit)
            let log = hub.auditLog(authorization: request.headers[.authorization], body: Data(body.readableBytesView))
            return try await Self.response(log, context)
        }
        router.post("/_test/faults") { request, _ in
            let body = try await request.body.collect(upTo: Self.bodyLimit)
            let faults = try JSONDecoder().decode([SandboxFault].self, from: Data(body.readableBytesView))
            hub.inject(faults)
            return HTTPResponse.Status.noContent
        }
        router.get("/_test/received") { _, _ in
            Self.response(status: 200, headers: [:], body: try JSONEncoder().encode(hub.received))
        }
        return router
    }

    private static let bodyLimit = 1024 * 1024

    private func answer(_ request: Request, _ context: SandboxContext) async throws -> Response {
        let body = try await request.body.collect(upTo: Self.bodyLimit)
        let pairs = request.uri.queryParameters.map { (String($0.key), String($0.value)) }
        let answer = await hub.answer(
            method: request.method.rawValue,
            authorization: request.headers[.authorization],
            context: HTTPField.Name("IB-Context").flatMap { request.headers[$0] },
            query: Dictionary(pairs) { first, _ in first },
            body: Data(body.readableBytesView)
        )
        return try await Self.response(answer, context)
    }

    private static func response(_ answer: SandboxHub.Answer, _ context: SandboxContext) async throws -> Response {
        switch answer {
        case .reply(let status, let headers, let body):
            return response(status: status, headers: headers, body: body)
        case .drop:
            // The client must see a broken connection, not an answer.
            try? await context.channel.close()
            throw HTTPError(.internalServerError)
        }
    }

    private static func response(status: Int, headers: [String: String], body: Data) -> Response {
        var fields = HTTPFields()
        if fields[.contentType] == nil { fields[.contentType] = "application/json" }
        for (name, value) in headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        let status = HTTPResponse.Status(code: status)
        return Response(status: status, headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}

/// A request's context with its connection, so that a fault can close it.
struct SandboxContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
