import ControlAPI
import Reporting
import RotationCore
import RotationStore
import SQLite
import Scheduling

/// Reads figures through connections of its own, on a queue of its own: neither the writer nor the engine waits for it.
actor FigureReader {
    private let executor = DatabaseExecutor(label: "secret-rotator.figures")
    private let database: String
    private let generators: any GeneratorRegistry
    /// The problems of `status`; it may read the database.
    private let problems: @Sendable (Instant) -> [ProblemNote]

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(
        database: String,
        generators: any GeneratorRegistry,
        problems: @escaping @Sendable (Instant) -> [ProblemNote]
    ) {
        (self.database, self.generators, self.problems) = (database, generators, problems)
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
    func read(hubs: [String], now: Instant, isInPlace: Bool) -> Reading {
        var reading = Reading(figures: nil, problems: problems(now))
        if isInPlace { reading.figures = try? withHistory { try $0.figures(hubs: hubs, now: now) } }
        return reading
    }

    /// What the stream of commits continues.
    struct Seed: Sendable {
        var open: [HistoryFigures.Open]
        var verification: HistoryFigures.Verification?
    }

    /// Reads what the stream of commits continues.
    func seed() throws -> Seed {
        try withHistory { Seed(open: try $0.openRotations(), verification: try $0.lastVerification()) }
    }

    /// A connection for each read: none is left open while the database is replaced.
    private func withHistory<T>(_ body: (History) throws -> T) throws -> T {
        let history = try History(path: database, generators: generators)
        defer { history.close() }
        return try body(history)
    }
}
