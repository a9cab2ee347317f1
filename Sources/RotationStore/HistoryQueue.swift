package import RotationCore
import SQLite

/// Reads the history through connections of its own, on a queue of its own: however long a read takes, it holds up neither the
/// writer nor the engine's short reads.
package actor HistoryQueue {
    private let executor: DatabaseExecutor
    private let database: String
    private let generators: any GeneratorRegistry

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - label: The queue's name, for debuggers.
    ///   - database: The history, which exists.
    package init(_ label: String, database: String, generators: any GeneratorRegistry) {
        (self.database, self.generators) = (database, generators)
        executor = DatabaseExecutor(label: "secret-rotator.\(label)")
    }

    /// Reads one state of the history through a connection that is closed afterwards: none is left open while the database is
    /// replaced.
    package func read<T: Sendable>(_ body: @Sendable (History) throws -> T) throws -> T {
        let history = try History(path: database, generators: generators)
        defer { history.close() }
        return try history.snapshot { try body(history) }
    }

    /// Runs a closure that opens the database by itself, on the queue.
    package func run<T: Sendable>(_ body: @Sendable () throws -> T) rethrows -> T {
        try body()
    }

    /// The entries with a larger number than `seq`, the oldest first.
    package func entries(after seq: Int64, limit: Int) throws -> [Commit.Entry] {
        try read { history in
            var query = AuditQuery()
            (query.after, query.limit) = (seq, .first(limit))
            var entries: [Commit.Entry] = []
            try history.eachLine(matching: query) { seq, bytes in
                entries.append(Commit.Entry(seq: seq, line: String(decoding: bytes, as: UTF8.self)))
            }
            return entries
        }
    }
}
