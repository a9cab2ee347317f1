import Reporting
import RotationCore
import RotationStore
import Scheduling

/// Keeps what the daemon shows of itself: follows the stream of commits, and reads the history at most every 15 seconds.
///
/// An observation is made from memory, however many scrapes and pages ask for one. A read of a large history may take long:
/// the next one begins no sooner than twenty times that later, so that reads take a twentieth of one processor at most.
actor Observer {
    /// The parts of the daemon that are observed.
    struct Environment: Sendable {
        var stream: CommitStream
        /// Reads figures and problems.
        var read: @Sendable (_ hubs: [String], _ now: Instant) async -> FigureReader.Reading
        /// Reads what the stream continues.
        var seed: @Sendable () async throws -> FigureReader.Seed
        /// What is known without a wait for engine and store, which may hang.
        var pulse: @Sendable () -> Pulse
        var clock: any Clock
        var host: String
        var version: String
    }

    /// The state of the daemon, from memory alone.
    struct Pulse: Sendable {
        /// The names of the configured hubs, sorted.
        var hubs: [String] = []
        /// Why the daemon is not ready, in one word; nil if it is.
        var obstacle: String?
        var isStalled = false
        var lastPass: Instant?
    }

    private let environment: Environment
    private let startedAt: Instant
    private var live = LiveRotations()
    private var counters = RotationCounters()
    private var headSeq: Int64 = 0
    private var verification: HistoryFigures.Verification?
    private var gaps = 0
    private var figures: HistoryFigures?
    private var figuresAt: Instant?
    private var problems: [ProblemNote] = []
    /// No read begins before this time since boot.
    private var nextRead = Duration.zero
    private var reading: Task<Void, Never>?
    private var (isSeeding, isSeeded) = (false, false)

    /// The numbers of the changes of the observation, as a stream of empty commits, to wait for the next one.
    nonisolated let changes = CommitStream(position: 0, capacity: 1)

    /// The shortest time between two reads of the history.
    static let pace = Duration.seconds(15)
    /// A read begins no sooner than so many times the last one's length after its end.
    private static let restFactor = 20

    init(_ environment: Environment) {
        self.environment = environment
        startedAt = environment.clock.now
    }

    // MARK: The stream

    /// Follows the stream of commits until the task is cancelled or the stream ends.
    func run() async {
        var position = environment.stream.position
        await seed()
        while true {
            switch await environment.stream.next(after: position) {
            case .commits(let commits):
                position = commits.last?.number ?? position
                for commit in commits { apply(commit.changes) }
            case .readAgain:
                gaps += 1
                position = environment.stream.position
                await seed()
            case .ended: return
            }
            announce()
        }
    }

    /// Later commits are applied to it, in their order.
    private func seed() async {
        guard !isSeeding else { return }
        isSeeding = true
        let seed = try? await environment.seed()
        isSeeding = false
        isSeeded = seed != nil
        guard let seed else { return }
        live = LiveRotations(open: seed.open, recent: live.recent)
        verification = seed.verification ?? verification
    }

    private func apply(_ changes: Commit.Changes) {
        let now = environment.clock.now
        for progress in changes.rotations { live.apply(progress, now: now) }
        for entry in changes.entries {
            headSeq = max(headSeq, entry.seq)
            guard let event = LoggedEvent(line: entry.line) else { continue }
            counters.count(event)
            live.apply(event)
            if event.event == AuditEventName.auditVerified.rawValue, let at = event.at {
                verification = .init(at: at, problems: event.detail?.problems ?? 0)
            }
        }
    }

    private func announce() {
        changes.publish(Commit(number: changes.position + 1, changes: .init()))
    }

    // MARK: Observations

    /// The observation of this instant.
    func observe() async -> Observation {
        await refresh()
        let pulse = environment.pulse()
        var observation = Observation(
            at: environment.clock.now,
            startedAt: startedAt,
            host: environment.host,
            version: environment.version
        )
        (observation.hubs, observation.obstacle) = (pulse.hubs, pulse.obstacle)
        (observation.isStalled, observation.lastPass) = (pulse.isStalled, pulse.lastPass)
        (observation.figures, observation.figuresAt) = (figures, figuresAt)
        (observation.problems, observation.live, observation.counters) = (problems, live, counters)
        (observation.headSeq, observation.verification, observation.gaps) = (headSeq, verification, gaps)
        return observation
    }

    /// Reads the history if that is due; all callers wait for the same read.
    private func refresh() async {
        if reading == nil, environment.clock.uptime >= nextRead { reading = Task { await self.read() } }
        await reading?.value
    }

    private func read() async {
        let start = environment.clock.uptime
        if !isSeeded { await seed() }
        let found = await environment.read(environment.pulse().hubs, environment.clock.now)
        let isNews = found.problems != problems || found.figures.map { $0 != figures } ?? false
        if let fresh = found.figures {
            (figures, figuresAt) = (fresh, environment.clock.now)
            headSeq = max(headSeq, fresh.headSeq)
            if live.recent.isEmpty { live.recent = fresh.recent }
        }
        problems = found.problems
        let end = environment.clock.uptime
        nextRead = end + max(Self.pace, (end - start) * Self.restFactor)
        reading = nil
        if isNews { announce() }
    }
}
