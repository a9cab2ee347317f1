import CLinux
import Foundation
import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
package import RotationEngine
package import RotationStore
import Scheduling
import SecretMemory
import ServiceLifecycle
import Synchronization
package import ValueGenerators

/// The daemon's side of the control socket.
package struct ControlServer: Sendable {
    /// What the server needs of the daemon.
    package struct Environment: Sendable {
        /// The history, on the daemon's own queue.
        package var queue: any LedgerQueue
        /// The hubs, for what is asked of them by hand.
        package var desk: HubDesk
        /// Who may do what, as the configuration in force says.
        package var roles: @Sendable () -> Roles
        /// Why the configuration in force refuses a generator.
        package var refusal: @Sendable (GeneratorSpecification) -> String?
        /// How plug-ins are asked about what is to be saved.
        package var check: GeneratorCheck
        /// Called after each change.
        package var changed: @Sendable () -> Void
        /// How the daemon's own parts are.
        package var health: @Sendable () -> DaemonHealth
        package var clock: any Clock
        package var random: any RandomSource
        package var logger: Logger

        package init(
            queue: any LedgerQueue,
            desk: HubDesk,
            roles: @escaping @Sendable () -> Roles,
            refusal: @escaping @Sendable (GeneratorSpecification) -> String?,
            check: GeneratorCheck,
            changed: @escaping @Sendable () -> Void,
            health: @escaping @Sendable () -> DaemonHealth,
            clock: any Clock,
            random: any RandomSource,
            logger: Logger
        ) {
            self.queue = queue
            self.desk = desk
            self.roles = roles
            self.refusal = refusal
            self.check = check
            self.changed = changed
            self.health = health
            self.clock = clock
            self.random = random
            self.logger = logger
        }
    }

    private let path: String
    let activity = ControlActivity()
    let environment: Environment
    /// How long a daemon that stops waits for an operation's end.
    private static let operationPatience = Duration.seconds(35)
    /// How long it waits for somebody who has connected, and has not asked for anything yet.
    private static let callerPatience = Duration.seconds(10)
    /// A request beyond this many bytes is a large one.
    private static let largeSize = 1 << 20
    /// The most bytes of a request.
    static let bodyLimit = ControlClient.sizeLimit

    /// - Parameter path: The socket; one that stands there is replaced, as whoever serves holds the lock.
    package init(path: String, environment: Environment) {
        self.path = path
        self.environment = environment
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameter onReady: Called once connections are accepted.
    package func run(onReady: @escaping @Sendable () -> Void) async throws {
        var logger = environment.logger
        logger.logLevel = .critical
        let (path, quiet) = (path, logger)
        let responder = router().buildResponder()
        let http = HTTPServerBuilder.http1(configuration: .init(additionalChannelHandlers: [activity.makeCounter()]))
        // Hummingbird's `Application` wakes the process each second for the `Date` field: an idle daemon must not be.
        let server = try http.buildServer(
            configuration: .init(address: .unixDomainSocket(path: path)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: quiet
        ) { request, writer, channel in
            let context = ControlContext(source: .init(channel: channel, logger: quiet))
            let response = await Self.respond(to: request, context, responder)
            try await writer.write(response: response.head, body: response.body)
        } onServerRunning: { _ in
            chmod(path, 0o660)
            onReady()
        }
        defer { unlink(path) }
        try await server.run()
    }

    /// Takes no more callers, and returns once those that were taken have their answer.
    ///
    /// Who follows requests is not waited for: it is told that the daemon has stopped.
    package func drain() async {
        unlink(path)
        // Those who are in the kernel's queue are accepted.
        try? await Task.sleep(for: .milliseconds(200))
        let start = ContinuousClock.now
        while activity.isAtWork || activity.hasCallers {
            let limit = activity.isAtWork ? Self.operationPatience : Self.callerPatience
            guard ContinuousClock.now - start < limit else { return }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    private static func respond(
        to request: Request,
        _ context: ControlContext,
        _ responder: some HTTPResponder<ControlContext>
    ) async -> Response {
        do {
            return try await responder.respond(to: request, context: context)
        } catch {
            return Response(status: (error as? HTTPError)?.status ?? .internalServerError)
        }
    }

    private func router() -> Router<ControlContext> {
        let router = Router(context: ControlContext.self)
        add(Ping.self, to: router)
        add(AddSchedules.self, to: router)
        add(EditSchedules.self, to: router)
        add(ApplySchedules.self, to: router)
        add(RemoveSchedules.self, to: router)
        add(PauseSchedules.self, to: router)
        add(ResumeSchedules.self, to: router)
        add(RequestRotations.self, to: router)
        add(AbandonRotation.self, to: router)
        add(ListSecrets.self, to: router)
        add(CreateSecret.self, to: router)
        add(UpdateSecret.self, to: router)
        add(DeleteSecret.self, to: router)
        add(ProbeHubs.self, to: router)
        addWatching(to: router)
        return router
    }

    private func add<Operation: ControlOperation>(_ type: Operation.Type, to router: Router<ControlContext>) {
        add(type, Operation.path, right: Operation.right, to: router) { operation, _, caller in
            let generators = try await environment.queue.withLedger { try operation.generators(in: $0.history) }
            let warnings = try await environment.check.ask(generators, status: Operation.refusal)
            let context = OperationContext(
                caller: caller,
                now: environment.clock.now,
                random: environment.random,
                timeout: environment.desk.timeout,
                refusal: environment.refusal,
                health: environment.health
            )
            let answer = try await environment.queue.withLedger { try operation.perform(on: $0, context) }
            if Operation.makesWork { environment.changed() }
            return (answer, warnings)
        }
    }

    private func add<Operation: HubOperation>(_ type: Operation.Type, to router: Router<ControlContext>) {
        add(type, Operation.path, right: Operation.right, to: router) { operation, value, caller in
            let answer = try await operation.perform(value, at: environment.desk, for: caller)
            environment.changed()
            return (answer, [])
        }
    }

    /// Adds an operation: who asks is known and allowed before anything of the request is read.
    private func add<Operation: Decodable & Sendable, Answer: Encodable & Sendable>(
        _ type: Operation.Type,
        _ path: String,
        right: Right,
        to router: Router<ControlContext>,
        perform: @escaping @Sendable (Operation, SecretValue?, Caller) async throws -> (Answer, warnings: [String])
    ) {
        router.post("/v1/\(path)") { request, context in
            try await activity.during {
                do {
                    let caller = try await context.caller()
                    try checkRight(of: caller, right, path)
                    let (answer, warnings, size) = try await answer(to: request, caller, type, perform)
                    // A file of very many schedules leaves hundreds of megabytes that glibc would keep for ever.
                    if size > Self.largeSize { clinux_trim_heap() }
                    return Self.response(.ok, answer, warnings)
                } catch {
                    let failure = ControlFailure(describing: error)
                    return Self.response(.unprocessableContent, try JSONEncoder().encode(failure))
                }
            }
        }
    }

    private func answer<Operation: Decodable & Sendable, Answer: Encodable & Sendable>(
        to request: Request,
        _ caller: Caller,
        _ type: Operation.Type,
        _ perform: @Sendable (Operation, SecretValue?, Caller) async throws -> (Answer, warnings: [String])
    ) async throws -> (Data, warnings: [String], size: Int) {
        let body = try await request.body.collect(upTo: Self.bodyLimit)
        let (operation, value) = try OperationMessage.decode(type, body)
        let (answer, warnings) = try await perform(operation, value, caller)
        return (try JSONEncoder().encode(answer), warnings, body.readableBytes)
    }

    private func checkRight(of caller: Caller, _ right: Right, _ path: String) throws {
        guard environment.roles().allow(caller, right) else {
            let who = caller.name ?? "uid \(caller.uid)"
            environment.logger.warning("refused: \(path)", metadata: ["uid": "\(caller.uid)"])
            throw ControlFailure(
                status: .notPermitted,
                message: "\(who) may not do this: it needs the right to \(right.rawValue)"
            )
        }
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

/// A request's context that knows who is at the other end.
struct ControlContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// Asks the kernel who has connected.
    func caller() async throws -> Caller {
        guard let socket = channel as? any SocketOptionProvider else {
            throw ControlFailure(status: .notPermitted, message: "the caller is not known")
        }
        let credentials: PeerCredentials = try await socket.unsafeGetSocketOption(
            level: .socket,
            name: NIOBSDSocket.Option(rawValue: SO_PEERCRED)
        ).get()
        return Caller(uid: credentials.uid, gid: credentials.gid)
    }
}

/// `struct ucred` of unix(7), which glibc declares only with _GNU_SOURCE.
private struct PeerCredentials: Sendable {
    var pid: Int32
    var uid: UInt32
    var gid: UInt32
}
