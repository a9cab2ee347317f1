import ControlAPI
import Glibc
import Logging
import Notifications
import RotationConfiguration
import RotationCore
import RotationStore
import Scheduling

/// The receivers of notifications of the configuration in force, each told by a task of its own.
actor NotificationKeeper {
    /// What is told.
    struct Environment: Sendable {
        var database: String
        var stream: CommitStream
        var reader: HistoryQueue
        var configuration: @Sendable () -> Configuration
        var health: @Sendable () -> DaemonHealth
        var logger: Logger
    }

    private let environment: Environment
    private let told: ToldConditions
    private var receivers: [Configuration.Notification] = []
    private var tasks: [Task<Void, Never>] = []

    init(_ environment: Environment) {
        self.environment = environment
        told = ToldConditions(database: environment.database)
    }

    /// Tells these receivers from now on, and no others.
    func follow(_ configuration: Configuration) async {
        guard configuration.notifications != receivers else { return }
        await end()
        receivers = configuration.notifications
        guard !receivers.isEmpty else { return }
        let board = ConditionBoard()
        let all = receivers.compactMap { receiver($0, board) }
        tasks = all.map { receiver in Task { await receiver.run() } }
        let watch = ConditionWatch(
            board: board,
            stream: environment.stream,
            reader: environment.reader,
            configuration: environment.configuration,
            health: environment.health,
            clock: SystemClock(),
            logger: environment.logger
        )
        tasks.append(Task { await watch.run() })
    }

    /// Ends all tasks; what was not told yet is told after the next start.
    func end() async {
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        tasks = []
    }

    private func receiver(_ notification: Configuration.Notification, _ board: ConditionBoard) -> Receiver? {
        let transport: any Transport
        switch notification.target {
        case .command(let command): transport = CommandTransport(command: command)
        case .webhook(let webhook):
            guard let client = WebhookClient(webhook) else { return nil }
            transport = client
        }
        let kinds = notification.kinds.compactMap(Condition.Kind.init)
        return Receiver(
            name: notification.name,
            kinds: Set(kinds.isEmpty ? Condition.Kind.allCases : kinds),
            rate: notification.rate,
            transport: transport,
            board: board,
            told: told,
            host: Host.origin().host,
            clock: SystemClock(),
            logger: environment.logger
        )
    }
}

extension WebhookClient {
    /// The client of a configured webhook; nil for a URL that the configuration would not have.
    init?(_ webhook: Configuration.Webhook) {
        guard let url = try? WebhookURL(webhook.url) else { return nil }
        let token = webhook.token.map { reference in { @Sendable in try reference.path() } }
        self.init(url: url, authorities: webhook.certificateAuthorities, token: token, version: programVersion)
    }
}
