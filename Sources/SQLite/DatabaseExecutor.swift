import Dispatch

/// A serial queue that an actor can run on, so that blocking SQLite calls keep no thread of Swift's pool.
///
/// `DispatchSerialQueue`, which is a `SerialExecutor` elsewhere, does not exist on Linux.
package final class DatabaseExecutor: SerialExecutor {
    private let queue: DispatchQueue

    /// Makes a queue of its own.
    ///
    /// - Parameter label: The queue's name, as a debugger shows it.
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
