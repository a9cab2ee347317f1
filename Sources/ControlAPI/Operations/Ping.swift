package import RotationStore

/// Asks whether the daemon answers, its database included, and how its own parts are.
package struct Ping: ControlOperation {
    package static let path = "ping"
    package static let right = Right.operate
    package static let makesWork = false

    package init() {}

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> DaemonHealth {
        context.health()
    }
}
