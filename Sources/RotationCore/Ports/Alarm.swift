package import Scheduling

/// Rings at an instant: a Dispatch timer in production, the simulation's clock there.
package protocol Alarm: Sendable {
    /// Sets the one instant at which it rings next; nil for none. An instant that has passed rings at once.
    func set(_ instant: Instant?)
}
