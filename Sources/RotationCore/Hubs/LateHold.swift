/// The hold of a secret while an earlier request may still be on its way to the hub.
package enum LateHold {
    /// The longest that a hub's secrets are held: a request waits for its turn and is sent, and may arrive late.
    ///
    /// - Parameters:
    ///   - timeout: The time-out of one request.
    ///   - lateHold: How long the value of an ambiguous attempt may still arrive after it.
    package static func longest(timeout: Duration, lateHold: Duration) -> Duration {
        timeout * 2 + lateHold
    }
}
