package import ControlAPI
package import RotationStore

/// An operation on the history: in the daemon where one runs, otherwise in the command's process, by the same code.
package protocol LedgerOperation: ControlOperation {
    /// Whether the engine must look for due work afterwards.
    static var makesWork: Bool { get }

    /// The new generators of schedules, which are checked first; another edit in between is harmless.
    func generators(in history: History) throws -> [GeneratorCheck.Candidate]

    /// Performs the operation, with its audit entries.
    func perform(on queue: some LedgerQueue, _ context: OperationContext) async throws -> Answer
}

extension LedgerOperation {
    package static var makesWork: Bool { true }
    package func generators(in history: History) throws -> [GeneratorCheck.Candidate] { [] }
}

/// An operation that is one transaction.
package protocol TransactionOperation: LedgerOperation {
    /// Performs the operation in one transaction with its audit entries.
    func perform(on ledger: Ledger, _ context: OperationContext) throws -> Answer
}

extension TransactionOperation {
    package func perform(on queue: some LedgerQueue, _ context: OperationContext) async throws -> Answer {
        try await queue.withLedger { try perform(on: $0, context) }
    }
}
