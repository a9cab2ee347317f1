package import ControlAPI
import RotationCore
package import RotationStore

extension AcceptRestore: TransactionOperation {
    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> Answer {
        try RequestLimits.check(["reason": reason])
        let behind = try ledger.acceptRestore(reason: reason, actor: context.caller.actor, now: context.now)
        return Answer(held: behind.finding)
    }
}
