import Dispatch
import Synchronization

/// Reads files on its own thread: a disk that hangs blocks only other file reads.
final class FileQueue: Sendable {
    /// The queue of the process.
    static let shared = FileQueue()

    private let queue = DispatchQueue(label: "secret-rotator.files")
    private let clock = DispatchQueue(label: "secret-rotator.files.clock")
    /// The time-out of a read.
    static let timeout = DispatchTimeInterval.seconds(10)
    /// The largest number of waiting reads; more are refused.
    private static let limit = 1000
    private let waiting = Mutex(0)

    /// Runs a closure on the queue; nil at the time-out.
    ///
    /// After a time-out the closure still runs to its end, and its result is dropped.
    func run<T: Sendable>(
        within timeout: DispatchTimeInterval = timeout,
        _ body: @escaping @Sendable () -> T
    ) async -> T? {
        let joins = waiting.withLock { count in
            guard count < Self.limit else { return false }
            count += 1
            return true
        }
        guard joins else { return nil }
        return await withCheckedContinuation { continuation in
            let answer = Answer(continuation)
            queue.async { @Sendable [self] in
                let result = body()
                waiting.withLock { $0 -= 1 }
                answer.give(result)
            }
            clock.asyncAfter(deadline: .now() + timeout) { @Sendable in answer.give(nil) }
        }
    }

    /// Resumes a continuation once, with the first result.
    private final class Answer<T: Sendable>: Sendable {
        private let continuation: Mutex<CheckedContinuation<T?, Never>?>

        init(_ continuation: CheckedContinuation<T?, Never>) {
            self.continuation = Mutex(continuation)
        }

        func give(_ result: T?) {
            let taken = continuation.withLock { continuation in
                defer { continuation = nil }
                return continuation
            }
            taken?.resume(returning: result)
        }
    }
}
