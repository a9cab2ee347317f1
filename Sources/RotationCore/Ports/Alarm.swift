package import Scheduling

/// Rings at an instant: a Dispatch timer in production, the simulation's clock there.
package protocol Alarm: Sendable {
    /// Sets the next instant at which the alarm rings; nil for none. It rings at once for an instant in the past.
    func set(_ instant: Instant?)
}
