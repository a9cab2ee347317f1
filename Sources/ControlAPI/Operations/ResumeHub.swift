import RotationCore
package import RotationStore
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
        /// It had asked for a pause until the instant.
        case pause(until: Instant)
        case suspension
    }

    package init(hub: String, reason: String) {
        self.hub = hub
        self.reason = reason
    }

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> Answer {
        try RequestLimits.check(["reason": reason])
        let lifted = try ledger.resumeHub(hub, reason: reason, actor: context.caller.actor, now: context.now)
        return switch lifted {
        case .paused(let pause): .pause(until: pause.until)
        case .suspended: .suspension
        case .available, .doubtful, .halfOpen, nil: .nothing
        }
    }
}
