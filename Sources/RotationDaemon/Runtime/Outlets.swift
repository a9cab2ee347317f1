import ControlAPI
import Logging
import RotationConfiguration
import RotationCore
import RotationStore
import ValueGenerators

/// What tells others about the history while the daemon runs, from the stream of what was committed: the journal's lines of events,
/// the stream of entries, and notifications.
///
/// Each is a task of its own; no rotation waits for one.
actor Outlets {
    private let database: String
    private let stream: CommitStream
    private let reader: HistoryQueue
    private let logger: Logger
    private let journal: Task<Void, Never>?
    private var notifications: NotificationKeeper?
    /// Whether the receiver of the stream of entries gets them.
    nonisolated let streamStanding = StreamStanding()
    private var streaming: (settings: Configuration.AuditStream, task: Task<Void, Never>)?

    /// How long a stopping daemon waits for what is told about its last entries.
    private static let lastMoment = Duration.seconds(2)

    /// - Parameter journal: The journal's logger, if it is told each entry; from now on.
    init(database: String, stream: CommitStream, logger: Logger, journal: Logger?) {
        (self.database, self.stream, self.logger) = (database, stream, logger)
        let reader = HistoryQueue("entries", database: database, generators: BuiltInGenerators())
        self.reader = reader
        self.journal = journal.map { journal in
            let feed = EntryFeed(of: stream, from: stream.position) { seq, limit in
                try await reader.entries(after: seq, limit: limit)
            }
            return Task { await EventJournal(feed: feed, logger: journal).run() }
        }
    }

    /// Serves the receivers of the configuration in force from now on, and no others.
    ///
    /// - Parameter health: The daemon's.
    func follow(
        _ inForce: @escaping @Sendable () -> Configuration,
        health: @escaping @Sendable () -> DaemonHealth
    ) async {
        let configuration = inForce()
        let keeper =
            notifications
            ?? NotificationKeeper(
                .init(
                    database: database,
                    stream: stream,
                    reader: reader,
                    configuration: inForce,
                    health: health,
                    logger: logger
                )
            )
        notifications = keeper
        await keeper.follow(configuration)
        await streamEntries(by: configuration)
    }

    private func streamEntries(by configuration: Configuration) async {
        guard streaming?.settings != configuration.audit.stream else { return }
        // The old one ends first: both would write the position.
        streaming?.task.cancel()
        await streaming?.task.value
        streamStanding.reset()
        streaming = configuration.audit.stream.map { settings in
            let streamer = AuditStreamer(
                settings: settings,
                stream: stream,
                read: { [reader] seq, limit in try await reader.entries(after: seq, limit: limit) },
                position: StreamPosition(database: database),
                standing: streamStanding,
                logger: logger
            )
            return (settings, Task { await streamer.run() })
        }
    }

    /// Tells what is left once the stream of commits has ended, as far as that is possible in a moment, and ends all tasks.
    func end() async {
        let tasks = [journal, streaming?.task].compactMap { $0 }
        let (moment, signal) = AsyncStream.makeStream(of: Void.self)
        let last = Task { [notifications] in
            await notifications?.end()
            for task in tasks { await task.value }
            signal.finish()
        }
        let limit = Task {
            try? await Task.sleep(for: Self.lastMoment)
            signal.finish()
        }
        for await _ in moment {}
        limit.cancel()
        // Not waited for: a name service that does not answer can't be interrupted.
        for task in tasks + [last] { task.cancel() }
    }
}
