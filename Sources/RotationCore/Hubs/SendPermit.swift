/// The permit to send one request to a hub: a place among its requests in flight, and a token of its rate limit.
///
/// A caller gets it before it records the attempt, so that a recorded attempt never waits for the hub's limits. The
/// place is released once, when the permit ends, after its request or unused. The token of the rate limit is spent in
/// both cases, so that the rate is never exceeded.
package struct SendPermit: ~Copyable, Sendable {
    private let release: @Sendable () -> Void

    /// - Parameter release: Releases the place; called once, must not block.
    package init(_ release: @escaping @Sendable () -> Void) {
        self.release = release
    }

    deinit { release() }

    /// Releases the place now.
    package consuming func end() {}
}
