import Dispatch

/// A serial queue as an actor's executor, so that blocking SQLite calls block no thread of Swift's pool.
///
/// `DispatchSerialQueue`, which is a `SerialExecutor` elsewhere, does not exist on Linux.
package final class DatabaseExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// Creates a serial queue.
    ///
    /// - Parameter label: The queue's name, for debuggers.
    package init(label: String) {
        queue = DispatchQueue(label: label)
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedSerialExecutor()
        queue.async { job.runSynchronously(on: executor) }
    }

    package func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }
}
