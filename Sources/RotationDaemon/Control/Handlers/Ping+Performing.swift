package import ControlAPI
package import RotationStore

extension Ping: TransactionOperation {
    package static var makesWork: Bool { false }

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> DaemonHealth {
        context.health()
    }
}
