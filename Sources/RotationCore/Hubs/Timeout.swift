/// An operation has exceeded its time-out.
package struct TimedOut: Error {
    package init() {}
}

/// Runs an operation with a time-out, after which it is cancelled.
///
/// async-http-client's own deadline ends with the response's head, so a body without end would block forever.
///
/// - Throws: ``TimedOut``, or what the operation throws.
package func withTimeout<T: Sendable>(
    _ duration: Duration,
    _ operation: @escaping @Sendable () async throws -> T
) async throws -> T {
    let deadline = ContinuousClock.now + duration
    return try await withThrowingTaskGroup(of: T?.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            await Deadlines.shared.wait(until: deadline)
            try Task.checkCancellation()
            return nil
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() ?? nil else { throw TimedOut() }
        return result
    }
}
