import Dispatch
import Synchronization

/// Reads files on a thread of its own: a disk that hangs holds up other files, but nobody else.
final class FileQueue: Sendable {
    /// The process's one.
    static let shared = FileQueue()

    private let queue = DispatchQueue(label: "secret-rotator.files")
    private let clock = DispatchQueue(label: "secret-rotator.files.clock")
    /// How long a read may take.
    static let patience = DispatchTimeInterval.seconds(10)
    /// How many reads wait for a disk; beyond that, nobody joins them.
    private static let limit = 1000
    private let waiting = Mutex(0)

    /// Does something on the queue; nil where that takes too long.
    ///
    /// It goes on then, and what comes of it is dropped.
    func run<T: Sendable>(
        within patience: DispatchTimeInterval = patience,
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
            clock.asyncAfter(deadline: .now() + patience) { @Sendable in answer.give(nil) }
        }
    }

    /// Resumes a continuation once: with what comes first.
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
