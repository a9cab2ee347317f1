import RotationCore
package import RotationStore

/// Goes on with a history that is not the newest one, by a person's decision.
package struct AcceptRestore: ControlOperation {
    package static let path = "restore/accept"
    package static let right = Right.edit
    package var reason: String

    package init(reason: String) {
        self.reason = reason
    }

    /// Why nothing was rotated, in words.
    package struct Answer: Codable, Hashable, Sendable {
        package var held: String
    }

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> Answer {
        try RequestLimits.check(["reason": reason])
        let behind = try ledger.acceptRestore(reason: reason, actor: context.caller.actor, now: context.now)
        return Answer(held: behind.finding)
    }
}
