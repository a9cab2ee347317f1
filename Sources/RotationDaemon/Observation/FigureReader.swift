import Reporting
import RotationCore
import RotationStore
import Scheduling

/// Reads the figures and problems that the daemon shows of itself; neither the writer nor the engine waits for it.
struct FigureReader: Sendable {
    private let queue: HistoryQueue
    /// The problems of `status`; it may read the database.
    private let problems: @Sendable (Instant) -> [ProblemNote]

    init(
        database: String,
        generators: any GeneratorRegistry,
        problems: @escaping @Sendable (Instant) -> [ProblemNote]
    ) {
        queue = HistoryQueue("figures", database: database, generators: generators)
        self.problems = problems
    }

    /// What one read has found.
    struct Reading: Sendable {
        /// nil if the history can't be read; then one of the problems is why.
        var figures: HistoryFigures?
        var problems: [ProblemNote]
    }

    /// Reads the figures of hubs, and the problems.
    ///
    /// - Parameter isInPlace: Whether the path leads to the file that the daemon has open.
    func read(hubs: [String], now: Instant, isInPlace: Bool) async -> Reading {
        var reading = Reading(figures: nil, problems: await queue.run { problems(now) })
        if isInPlace { reading.figures = try? await queue.read { try $0.figures(hubs: hubs, now: now) } }
        return reading
    }

    /// What the stream of commits continues.
    struct Seed: Sendable {
        var open: [HistoryFigures.Open]
        var verification: HistoryFigures.Verification?
    }

    /// Reads what the stream of commits continues.
    func seed() async throws -> Seed {
        try await queue.read { Seed(open: try $0.openRotations(), verification: try $0.lastVerification()) }
    }
}
