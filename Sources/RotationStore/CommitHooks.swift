package import SQLite

/// What a test does between the steps of group commits; the daemon has none.
///
/// A simulation sets the borders of batches by it, and has the process die, a statement fail or a COMMIT fail in any step.
package protocol CommitHooks: Sendable {
    /// What stands for the change that the calling task is about to ask for; nil for nothing.
    func tag() -> (any Sendable)?
    /// Runs before a leader takes its batch: others may ask for changes meanwhile.
    func gather() async
    /// How many of the waiting changes the next batch takes: at least one.
    func size(waiting: Int) -> Int
    /// A batch has reached a step.
    ///
    /// - Throws: What this step is to fail with; it is ignored for ``CommitStep/failed(_:)``.
    func reached(_ step: CommitStep, in connection: Connection) throws
}

/// A step of a group commit.
package enum CommitStep: Sendable {
    /// A batch of the changes with these tags begins; its transaction is not open yet.
    case begun([(any Sendable)?])
    /// A change is about to be written.
    case writing((any Sendable)?)
    /// A change is written with a result, and can still fail.
    case written((any Sendable)?, result: any Sendable)
    /// A change fails alone: nothing of it is written, or its savepoint is rolled back.
    case refused((any Sendable)?, any Error)
    /// A change has failed alone after it was written without a savepoint: the transaction was rolled back, and all changes
    /// are written again, with savepoints.
    case repeated
    /// All are written: COMMIT is next.
    case committing
    /// COMMIT has returned; nobody was told yet.
    case committed
    /// The whole batch has failed, before its COMMIT or after it.
    case failed(any Error)
}
