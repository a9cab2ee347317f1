package import ControlAPI
package import RotationStore

extension Ping: LedgerOperation {
    package static var makesWork: Bool { false }

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> DaemonHealth {
        context.health()
    }
}
