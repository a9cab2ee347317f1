package import ControlAPI
import Glibc
import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
package import RotationCore
package import RotationStore
import Scheduling
import SecretMemory
import ServiceLifecycle
package import TransparencyLog

/// The server of the control socket.
package struct ControlServer: Sendable {
    /// The parts of the daemon that the server uses.
    package struct Environment: Sendable {
        /// The history, on the daemon's own queue.
        package var queue: any LedgerQueue
        /// Calls hubs for commands.
        package var gateway: HubGateway
        /// The roles of the configuration in force.
        package var roles: @Sendable () -> Roles
        /// The policy of a rotation under the configuration in force.
        package var plan: @Sendable (Rotation) -> RotationPlan
        /// Why the configuration in force refuses a generator; nil if it does not.
        package var refusal: @Sendable (GeneratorSpecification) -> String?
        /// Reads the key that signs checkpoints.
        package var auditKey: @Sendable () throws -> SignedNoteKey
        /// Decodes the generators of schedules that are saved.
        package var generators: any GeneratorRegistry
        /// Asks plug-ins about the parameters of schedules that are saved.
        package var check: GeneratorCheck
        /// Called after each change of the history.
        package var changed: @Sendable () -> Void
        /// The health of the daemon.
        package var health: @Sendable () -> DaemonHealth
        package var clock: any Clock
        package var random: any RandomSource
        package var logger: Logger

        package init(
            queue: any LedgerQueue,
            gateway: HubGateway,
            roles: @escaping @Sendable () -> Roles,
            plan: @escaping @Sendable (Rotation) -> RotationPlan,
            refusal: @escaping @Sendable (GeneratorSpecification) -> String?,
            auditKey: @escaping @Sendable () throws -> SignedNoteKey,
            generators: any GeneratorRegistry,
            check: GeneratorCheck,
            changed: @escaping @Sendable () -> Void,
            health: @escaping @Sendable () -> DaemonHealth,
            clock: any Clock,
            random: any RandomSource,
            logger: Logger
        ) {
            self.queue = queue
            self.gateway = gateway
            self.roles = roles
            self.plan = plan
            self.refusal = refusal
            self.auditKey = auditKey
            self.generators = generators
            self.check = check
            self.changed = changed
            self.health = health
            self.clock = clock
            self.random = random
            self.logger = logger
        }
    }

    private let file: SocketFile
    private let bounds: ConnectionBounds
    let activity = ControlActivity()
    let refusals = RefusalCount()
    let environment: Environment
    /// How long a stopping daemon waits for an operation.
    private static let operationTimeout = Duration.seconds(35)
    /// How long a stopping daemon waits for a caller that has connected but sent no request.
    private static let callerTimeout = Duration.seconds(10)
    /// How long a refused caller may keep sending: some read the answer only afterwards.
    private static let refusedTimeout = Duration.seconds(2)

    /// - Parameters:
    ///   - path: The socket. An existing one is replaced, because the server's process holds the lock.
    ///   - bounds: The limits of connections and idle time.
    package init(path: String, environment: Environment, bounds: ConnectionBounds = .init()) {
        file = SocketFile(path: path)
        self.bounds = bounds
        self.environment = environment
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameter onReady: Called once connections are accepted.
    package func run(onReady: @escaping @Sendable () -> Void) async throws {
        var logger = environment.logger
        logger.logLevel = .critical
        let (file, name, quiet) = (file, file.prepare(), logger)
        let responder = router().buildResponder()
        let count = ConnectionCount(bounds)
        let http = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [
                    ConnectionHandler(activity: activity, count: count) { user in
                        environment.logger.warning("too many connections", metadata: ["uid": "\(user)"])
                    }
                ],
                idleTimeout: .init(bounds.idle)
            )
        )
        // Not Hummingbird's `Application`: it wakes the process each second for the `Date` field, even in an idle
        // daemon.
        let server = try http.buildServer(
            configuration: .init(address: .unixDomainSocket(path: name)),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: quiet
        ) { request, writer, channel in
            let context = ControlContext(source: .init(channel: channel, logger: quiet))
            let response = await Self.respond(to: request, context, responder)
            try await writer.write(response: response.head, body: response.body)
            if response.endsConnection { Self.end(channel) }
        } onServerRunning: { channel in
            await AcceptPause.install(in: channel)
            if let problem = file.place(name, mode: 0o666) {
                environment.logger.critical(
                    "the control socket can't be put in its place",
                    metadata: ["error": "\(problem)"]
                )
                try? await channel.close()
            }
            onReady()
        }
        defer { file.remove() }
        try await server.run()
    }

    /// Accepts no more connections, and returns once all accepted callers have their answer.
    ///
    /// It does not wait for callers that follow requests: they learn that the daemon has stopped.
    package func drain() async {
        file.remove()
        // Connections in the kernel's queue are still accepted.
        try? await Task.sleep(for: .milliseconds(200))
        let start = ContinuousClock.now
        while activity.isAtWork || activity.hasCallers {
            let limit = activity.isAtWork ? Self.operationTimeout : Self.callerTimeout
            guard ContinuousClock.now - start < limit else { break }
            try? await Task.sleep(for: .milliseconds(50))
        }
        await noteRefusals()
    }

    /// Records the refusals that are in no entry yet.
    private func noteRefusals() async {
        let now = environment.clock.now
        let entries = refusals.takeUnnoted().map { $0.refusal.entry(count: $0.count, at: now) }
        guard !entries.isEmpty else { return }
        try? await environment.queue.withLedger { ledger in
            for entry in entries { try ledger.append(entry) }
        }
    }

    /// Closes a connection whose request was not read completely; the rest of the request is dropped.
    private static func end(_ channel: any Channel) {
        channel.eventLoop.scheduleTask(in: .init(refusedTimeout)) { channel.close(promise: nil) }
    }

    private static func respond(
        to request: Request,
        _ context: ControlContext,
        _ responder: some HTTPResponder<ControlContext>
    ) async -> Response {
        do {
            var response = try await responder.respond(to: request, context: context)
            if response.status == .notFound { response.headers[.connection] = "close" }
            return response
        } catch {
            return Response(
                status: (error as? HTTPError)?.status ?? .internalServerError,
                headers: [.connection: "close"]
            )
        }
    }

    private func router() -> Router<ControlContext> {
        let router = Router(context: ControlContext.self)
        // Not on the history's queue, because the queue's health is part of the answer.
        add(Ping.self, Endpoint(Ping.self), to: router) { _, _, caller in
            let health = environment.health()
            return (environment.roles().allow(caller, .look) ? health : health.withoutDetails, [])
        }
        add(AddSchedules.self, to: router)
        add(EditSchedules.self, to: router)
        add(ApplySchedules.self, to: router)
        add(RemoveSchedules.self, to: router)
        add(PauseSchedules.self, to: router)
        add(ResumeSchedules.self, to: router)
        add(RequestRotations.self, to: router)
        add(AbandonRotation.self, to: router)
        add(ResumeHub.self, to: router)
        add(AcceptRestore.self, to: router)
        add(SignCheckpoint.self, to: router)
        add(RecordAuditRead.self, to: router)
        add(ArchiveEntries.self, to: router)
        add(ChangeAuditKey.self, to: router)
        add(ListSecrets.self, to: router)
        add(CreateSecret.self, to: router)
        add(UpdateSecret.self, to: router)
        add(DeleteSecret.self, to: router)
        add(ProbeHubs.self, to: router)
        add(FindDrift.self, to: router)
        addWatching(to: router)
        return router
    }

    private func add<Operation: LedgerOperation>(_ type: Operation.Type, to router: Router<ControlContext>) {
        add(type, .init(Operation.self), to: router) { operation, _, caller in
            let generators = try await environment.queue.withLedger { try operation.generators(in: $0.history) }
            let warnings = try await environment.check.ask(generators, status: Operation.refusal)
            let context = OperationContext(
                caller: caller,
                now: environment.clock.now,
                random: environment.random,
                plan: environment.plan,
                refusal: environment.refusal,
                health: environment.health,
                auditKey: environment.auditKey
            )
            // Also if it fails half-way: the part that is durable may be due.
            defer { if Operation.makesWork { environment.changed() } }
            return (try await operation.perform(on: environment.queue, context), warnings)
        }
    }

    private func add<Operation: GatewayOperation>(_ type: Operation.Type, to router: Router<ControlContext>) {
        add(type, .init(Operation.self), to: router) { operation, value, caller in
            let answer = try await operation.perform(value, at: environment.gateway, for: caller)
            environment.changed()
            return (answer, [])
        }
    }
}
