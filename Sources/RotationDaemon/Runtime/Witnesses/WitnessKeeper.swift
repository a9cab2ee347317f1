import Logging
import RotationCore
import RotationStore
import Scheduling
import TransparencyLog
import ValueGenerators
import Witness

/// The witnesses of the configuration in force, each asked by a task of its own.
actor WitnessKeeper {
    private let store: RotationStore
    private let reader: HistoryQueue
    private let logger: Logger
    private var client: WitnessClient?
    private var running: [WitnessQuorum.Member: (asker: WitnessAsker, task: Task<Void, Never>)] = [:]
    private var hasEnded = false

    /// How long a stopping daemon waits for the cosignatures of its last checkpoint.
    private static let lastRound = Duration.seconds(3)

    init(database: String, store: RotationStore, logger: Logger) {
        (self.store, self.logger) = (store, logger)
        reader = HistoryQueue("checkpoints", database: database, generators: BuiltInGenerators())
    }

    /// Asks these witnesses from now on, and no others.
    func follow(_ quorum: WitnessQuorum) {
        guard !hasEnded else { return }
        for (member, witness) in running where !quorum.members.contains(member) {
            witness.task.cancel()
            running[member] = nil
        }
        for member in quorum.members where running[member] == nil {
            guard let url = try? WitnessURL(member.url) else { continue }
            let client = client ?? WitnessClient(version: programVersion)
            self.client = client
            let asker = WitnessAsker(
                member: member,
                url: url,
                client: client,
                store: store,
                reader: reader,
                logger: logger
            )
            running[member] = (asker, Task { await asker.run() })
        }
    }

    /// Ends all tasks: from now on no entry is written here.
    func stop() async {
        hasEnded = true
        for witness in running.values { witness.task.cancel() }
        for witness in running.values { await witness.task.value }
    }

    /// Gives the witnesses that cosign a last moment for the last checkpoint, and closes all connections.
    func end() async {
        await withTaskGroup { group in
            for witness in running.values { group.addTask { await self.askOnceMore(witness.asker) } }
        }
        running = [:]
        await client?.shutdown()
    }

    /// A failure now, and a first cosignature, would be entries after the last one: such witnesses are left to the next start.
    private nonisolated func askOnceMore(_ asker: WitnessAsker) async {
        guard let standing = try? await reader.outlook(for: asker.member.key)?.standing,
            standing.cosigned != nil, standing.failure == nil
        else { return }
        var asker = asker
        asker.recordsFailures = false
        _ = try? await withTimeout(Self.lastRound) { [asker] in await asker.round() }
    }
}
