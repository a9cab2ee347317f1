/// The right to send one request to a hub: a place among its requests in flight, and a token of its rate.
///
/// It is asked for before anything is recorded, so that what was recorded never waits for the hub's limits. The place is
/// given back once, when the permit ends: with the request that it was used for, or unused. The token of the rate is
/// spent either way, so that the rate is never exceeded.
package struct SendPermit: ~Copyable, Sendable {
    private let giveBack: @Sendable () -> Void

    /// - Parameter giveBack: Gives the place back; called once, without waiting.
    package init(_ giveBack: @escaping @Sendable () -> Void) {
        self.giveBack = giveBack
    }

    deinit { giveBack() }

    /// Gives the place back now.
    package consuming func end() {}
}
