package import Scheduling

/// Lifts a hub's pause or suspension.
package struct ResumeHub: ControlOperation {
    package static let path = "hubs/resume"
    package static let right = Right.operate
    package var hub: String
    package var reason: String

    /// What was lifted.
    package enum Answer: Codable, Hashable, Sendable {
        /// The hub was neither paused nor suspended.
        case nothing
        /// The hub was paused until the instant.
        case pause(until: Instant)
        case suspension
    }

    package init(hub: String, reason: String) {
        self.hub = hub
        self.reason = reason
    }
}
