import Dispatch

private let heavyWork = DispatchQueue(label: "heavy work of tests")

/// Does something that takes long or blocks on a thread of its own, one such thing at a time: Swift's pool has a thread for
/// each core, and all other tests, and the pipes of the programs that they have started, wait for these.
package func offPool<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        heavyWork.async { continuation.resume(with: Result(catching: body)) }
    }
}
