/// How long a secret is kept from being changed, as an earlier request about it may still be on its way to the hub.
package enum LateHold {
    /// The longest that a hub's secrets are held: a request waits for its turn and is sent, and may arrive late.
    ///
    /// - Parameters:
    ///   - timeout: The time-out of one request.
    ///   - lateHold: How long after an attempt of unknown effect its value may still arrive.
    package static func longest(timeout: Duration, lateHold: Duration) -> Duration {
        timeout * 2 + lateHold
    }
}
