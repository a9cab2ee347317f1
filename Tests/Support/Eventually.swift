/// What was waited for did not come about.
package struct NeverHappened: Error, CustomStringConvertible {
    /// What was waited for.
    package let description: String

    package init(description: String) {
        self.description = description
    }
}

/// Looks every 20 ms whether a condition holds, until it does or the limit has passed.
package func eventually(
    _ what: String,
    within limit: Duration = .seconds(60),
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NeverHappened(description: what) }
        try await Task.sleep(for: .milliseconds(20))
    }
}
