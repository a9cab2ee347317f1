package import ControlAPI
import RotationCore
package import RotationStore
import Scheduling

extension RecordAuditRead: TransactionOperation {
    package static var makesWork: Bool { false }

    package func perform(on ledger: Ledger, _ context: OperationContext) throws -> Answer {
        let (time, actor) = (context.now.rfc3339, context.caller.actor)
        switch reading {
        case .exported(let event):
            // Texts of a caller: short ones of the set that its command writes.
            guard ExportedFormat(rawValue: event.format) != nil, event.sha256.isHexadecimal(ofLength: 64) else {
                throw ControlFailure(status: .usage, message: "this is no record of an export")
            }
            try RequestLimits.check(["query": event.query])
            try ledger.append(AuditEntry(event, time: time, actor: actor))
        case .verified(let event):
            try ledger.append(AuditEntry(event, time: time, actor: actor))
        }
        return Answer()
    }

    private enum ExportedFormat: String {
        case jsonl, csv, ocsf, html
    }
}

extension String {
    fileprivate func isHexadecimal(ofLength length: Int) -> Bool {
        utf8.count == length && utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
