package import RotationCore
import SQLite

/// Serialises the use of a ledger: a connection is one owner's at a time.
package protocol LedgerQueue: Sendable {
    /// Does something with the ledger, on its own queue; no other use of it comes between.
    func withLedger<T: Sendable>(_ body: @Sendable (Ledger) throws -> T) async throws -> T

    /// What was committed.
    nonisolated var stream: CommitStream { get }
}

extension RotationStore: LedgerQueue {}

/// A ledger by itself, for a command that holds the daemon's lock and needs no candidates.
package actor LedgerActor: LedgerQueue {
    private let executor: DatabaseExecutor
    private let ledger: Ledger
    /// What was committed.
    package nonisolated let stream: CommitStream

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Opens the database; the caller holds the lock.
    package init(path: String, origin: AuditOrigin, generators: any GeneratorRegistry) throws {
        executor = DatabaseExecutor(label: "secret-rotator.ledger")
        let ledger = try Ledger(path: path, origin: origin, mayMigrate: true, generators: generators)
        (self.ledger, stream) = (ledger, ledger.stream)
    }

    package func withLedger<T: Sendable>(_ body: @Sendable (Ledger) throws -> T) throws -> T {
        try body(ledger)
    }

    /// Closes the file; nothing can be called after it.
    package func close() {
        stream.end()
        ledger.close()
    }
}
