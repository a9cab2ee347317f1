package import ControlAPI
package import RotationStore

/// How an operation is done on the history: by the daemon where one runs, else in the command's own process, by the same
/// code.
package protocol LedgerOperation: ControlOperation {
    /// Whether the engine must look for work after it.
    static var makesWork: Bool { get }

    /// The generators that schedules would get by it, which are asked first: another edit between is harmless.
    func generators(in history: History) throws -> [GeneratorCheck.Candidate]

    /// Does it, with its audit entries.
    func perform(on queue: some LedgerQueue, _ context: OperationContext) async throws -> Answer
}

extension LedgerOperation {
    package static var makesWork: Bool { true }
    package func generators(in history: History) throws -> [GeneratorCheck.Candidate] { [] }
}

/// An operation that is one transaction.
package protocol TransactionOperation: LedgerOperation {
    /// Does it, in one transaction with its audit entries.
    func perform(on ledger: Ledger, _ context: OperationContext) throws -> Answer
}

extension TransactionOperation {
    package func perform(on queue: some LedgerQueue, _ context: OperationContext) async throws -> Answer {
        try await queue.withLedger { try perform(on: $0, context) }
    }
}
