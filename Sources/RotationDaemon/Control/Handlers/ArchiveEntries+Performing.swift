package import ControlAPI
import Crypto
import RotationCore
package import RotationStore

/// In slices, so that no rotation waits for long.
extension ArchiveEntries: LedgerOperation {
    package static var makesWork: Bool { false }

    private static let slice: Int64 = 1000

    package func perform(on queue: some LedgerQueue, _ context: OperationContext) async throws -> Answer {
        try RequestLimits.check(["file": file])
        // An archiving that was interrupted is ended first.
        try await delete(on: queue)
        guard first <= last, try await hash(on: queue) == sha256 else {
            let message = "the file does not have the lines of entries \(first) to \(last): nothing was deleted"
            throw ControlFailure(status: .failed, message: message)
        }
        let archive = LogArchive(seqs: first...last, file: file, sha256: sha256)
        let (actor, now) = (context.caller.actor, context.now)
        do {
            try await queue.withLedger { try $0.recordArchive(archive, actor: actor, now: now) }
        } catch let error as NotArchivable {
            throw ControlFailure(status: .failed, message: "\(error)")
        }
        try await delete(on: queue)
        return Answer()
    }

    private func delete(on queue: some LedgerQueue) async throws {
        while try await queue.withLedger({ try $0.deleteArchived(limit: Int(Self.slice)) }) > 0 {}
    }

    private func hash(on queue: some LedgerQueue) async throws -> String {
        var hash = SHA256()
        for start in stride(from: first, through: last, by: Int(Self.slice)) {
            let seqs = start...min(start + Self.slice - 1, last)
            let lines = try await queue.withLedger { ledger in
                var lines: [UInt8] = []
                try ledger.history.eachLine(matching: AuditQuery(seqs)) { _, line in
                    lines += line
                    lines.append(0x0A)
                }
                return lines
            }
            hash.update(data: lines)
        }
        return hash.finalize().hexadecimal
    }
}
