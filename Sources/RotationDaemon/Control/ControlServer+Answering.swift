import CLinux
import ControlAPI
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import RotationCore
import RotationStore
import Scheduling
import SecretMemory

/// The path of an operation in the API, the right that it needs, and its largest request.
struct Endpoint: Sendable {
    var path: String
    var right: Right
    var sizeLimit: Int

    init(_ path: String, _ right: Right, sizeLimit: Int) {
        self.path = path
        self.right = right
        self.sizeLimit = sizeLimit
    }

    init<Operation: ControlOperation>(_ type: Operation.Type) {
        self.init(Operation.path, Operation.right, sizeLimit: Operation.sizeLimit)
    }

    init<Operation: HubOperation>(_ type: Operation.Type) {
        self.init(Operation.path, Operation.right, sizeLimit: Operation.sizeLimit)
    }
}

extension ControlServer {
    /// The size in bytes above which a request counts as large.
    private static let largeSize = 1 << 20
    /// Adds a route for an operation.
    func add<Operation: Decodable & Sendable, Answer: Encodable & Sendable>(
        _ type: Operation.Type,
        _ endpoint: Endpoint,
        to router: Router<ControlContext>,
        perform: @escaping @Sendable (Operation, SecretValue?, Caller) async throws -> (Answer, warnings: [String])
    ) {
        route(endpoint, to: router) { body, caller in
            let (operation, value) = try OperationMessage.decode(type, body, generators: environment.generators)
            let (answer, warnings) = try await perform(operation, value, caller)
            let data = try AnswerJSON.data(of: answer)
            // A very large schedules file leaves hundreds of megabytes that glibc would never return.
            if max(body.readableBytes, data.count) > Self.largeSize { clinux_trim_heap() }
            return Self.response(.ok, data, warnings)
        }
    }

    /// Adds a route: it checks the caller's right first, then reads the body up to the limit.
    func route(
        _ endpoint: Endpoint,
        to router: Router<ControlContext>,
        answer: @escaping @Sendable (ByteBuffer, Caller) async throws -> Response
    ) {
        router.post("/v1/\(endpoint.path)") { request, context in
            try await activity.during {
                let (caller, body): (Caller, ByteBuffer)
                do {
                    caller = try await context.caller()
                    try await checkRight(of: caller, endpoint.right, endpoint.path)
                    body = try await Self.body(of: request, limit: endpoint.sizeLimit)
                } catch {
                    var response = try Self.response(refusing: error)
                    response.headers[.connection] = "close"
                    return response
                }
                do { return try await answer(body, caller) } catch { return try Self.response(refusing: error) }
            }
        }
    }

    private static func body(of request: Request, limit: Int) async throws -> ByteBuffer {
        if let announced = request.headers[.contentLength].flatMap({ Int($0) }) {
            try RequestSize.check(announced, limit: limit)
        }
        var body = ByteBuffer()
        for try await var part in request.body {
            try RequestSize.check(body.readableBytes + part.readableBytes, limit: limit)
            body.writeBuffer(&part)
        }
        return body
    }

    private func checkRight(of caller: Caller, _ right: Right, _ path: String) async throws {
        let roles = environment.roles()
        guard !roles.allow(caller, right) else { return }
        let now = environment.clock.now
        let refusal = RefusalCount.Refusal(
            user: caller.uid,
            actor: caller.actor,
            operation: path,
            right: right.audited
        )
        if let count = refusals.add(refusal, at: now) {
            environment.logger.warning("refused: \(path)", metadata: ["uid": "\(caller.uid)", "count": "\(count)"])
            let entry = refusal.entry(count: count, at: now)
            // The caller is refused even if this entry can't be written.
            try? await environment.queue.withLedger { try $0.append(entry) }
        }
        throw ControlFailure(status: .notPermitted, message: roles.refusal(of: caller, right))
    }

    private static func response(refusing error: any Error) throws -> Response {
        let failure = ControlFailure(describing: error)
        let status: HTTPResponse.Status = failure.status == .notPermitted ? .forbidden : .unprocessableContent
        return response(status, try JSONEncoder().encode(failure))
    }

    private static func response(
        _ status: HTTPResponse.Status,
        _ body: Data,
        _ warnings: [String] = []
    ) -> Response {
        var headers: HTTPFields = [.contentType: "application/json"]
        if let name = HTTPField.Name(ControlWarnings.field) {
            for warning in warnings { headers.append(HTTPField(name: name, value: ControlWarnings.encode(warning))) }
        }
        return Response(
            status: status,
            headers: headers,
            body: .init(byteBuffer: ByteBuffer(bytes: body))
        )
    }
}

extension Response {
    /// Whether the connection closes after the response.
    var endsConnection: Bool { headers[.connection] == "close" }
}
