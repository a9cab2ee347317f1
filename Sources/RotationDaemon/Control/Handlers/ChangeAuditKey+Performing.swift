package import ControlAPI
import RotationCore
package import RotationStore
import TransparencyLog

extension ChangeAuditKey: TransactionOperation {
    package static var makesWork: Bool { false }

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> Answer {
        try RequestLimits.check(["reason": reason])
        do {
            try ledger.changeAuditKey(
                to: try VerifierKey(key),
                Array(statement.utf8),
                formerKey: reason == nil ? try context.auditKey() : nil,
                reason: reason,
                actor: context.caller.actor,
                now: context.now
            )
        } catch let error as AuditKeyRefusal {
            throw ControlFailure(status: .failed, message: "\(error)")
        } catch let error as UnknownAuditKey {
            throw ControlFailure(status: .failed, message: "\(error)")
        } catch let error as FormatError {
            throw ControlFailure(status: .usage, message: "\(error)")
        } catch let error as BadSignature {
            throw ControlFailure(status: .usage, message: "\(error)")
        }
        return Answer()
    }
}
