package import ControlAPI
import RotationCore
package import RotationStore

extension ResumeHub: TransactionOperation {
    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> Answer {
        try RequestLimits.check(["reason": reason])
        let lifted = try ledger.resumeHub(hub, reason: reason, actor: context.caller.actor, now: context.now)
        return switch lifted {
        case .paused(let pause): .pause(until: pause.until)
        case .suspended: .suspension
        case .available, .failing, .halfOpen, nil: .nothing
        }
    }
}
