package import RotationStore

/// Asks whether the daemon answers, and how it is.
///
/// The server answers it without the history, whose queue may be blocked.
package struct Ping: ControlOperation {
    package static let path = "ping"
    package static let right = Right.operate
    package static let makesWork = false

    package init() {}

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> DaemonHealth {
        context.health()
    }
}
