package import ControlAPI
import RotationCore
package import RotationStore
import TransparencyLog

extension SignCheckpoint: TransactionOperation {
    package static var makesWork: Bool { false }

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> Answer {
        let signed = try ledger.signCheckpoint(with: try context.auditKey(), now: context.now)
        // Of a head that was signed before: a new one gets its cosignatures later.
        return Answer(note: String(decoding: try ledger.cosigned(signed).bytes, as: UTF8.self))
    }
}
