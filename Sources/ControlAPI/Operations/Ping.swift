package import RotationStore

/// Asks whether the daemon answers, and how it is.
///
/// The server answers it without the history, whose queue may be blocked. Details are for those who may look.
package struct Ping: ControlOperation {
    package static let path = "ping"
    package static let right = Right.ask
    package static let makesWork = false

    package init() {}

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> DaemonHealth {
        context.health()
    }
}
