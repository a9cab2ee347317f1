package import RotationCore
import SQLite
package import Scheduling
package import TransparencyLog

/// Why a change of the key that signs checkpoints is not recorded.
package enum AuditKeyRefusal: Error, Equatable, CustomStringConvertible {
    /// No checkpoint was signed yet, so there is no former key.
    case noFormerKey
    /// The new key is the former one, or signs no checkpoints.
    case unsuitable
    /// A signature is missing.
    case notSigned(by: String)

    package var description: String {
        switch self {
        case .noFormerKey: "no checkpoint was signed yet: set keys.audit, there is no change to record"
        case .unsuitable: "the new key is the one that signs already, or no key of a log"
        case .notSigned(let key): "the change is not signed by \(key)"
        }
    }
}

extension Ledger {
    /// Records a change of the key that signs checkpoints.
    ///
    /// - Parameters:
    ///   - key: The new key.
    ///   - note: The statement of the change, signed by the new key: ``KeyChange``.
    ///   - formerKey: The key that has signed until now; nil where it is lost.
    ///   - reason: Why it is lost.
    /// - Throws: ``AuditKeyRefusal``; ``UnknownAuditKey``; `BadSignature`; `FormatError`.
    package func changeAuditKey(
        to key: VerifierKey,
        _ note: [UInt8],
        formerKey: SignedNoteKey?,
        reason: String?,
        actor: Actor,
        now: Instant
    ) throws {
        try transaction {
            guard let former = try history.auditKey() else { throw AuditKeyRefusal.noFormerKey }
            guard let change = KeyChange(from: former, to: key) else { throw AuditKeyRefusal.unsuitable }
            var signatures = try SignedNote(note).signatures
            guard try change.signers(of: note).contains(key) else {
                throw AuditKeyRefusal.notSigned(by: key.description)
            }
            if let formerKey {
                try checkAuditKey(formerKey.verifier)
                signatures.append(try formerKey.sign(change.text))
            }
            let event = Audit.AuditKeyChanged(
                newKey: key.description,
                oldKey: former.description,
                reason: reason,
                statement: String(decoding: change.note(signatures), as: UTF8.self)
            )
            try record(AuditEntry(event, time: now.rfc3339, actor: actor))
            let seq = Int64(clamping: try recorder.frontier?.size ?? TreeTable.frontier(in: connection).size)
            try AuditKeyTable.insert(key, seq: seq, in: connection)
        }
    }

    /// Makes sure that a key is the one that signs checkpoints; the first key that signs becomes it.
    ///
    /// - Throws: ``UnknownAuditKey``.
    func checkAuditKey(_ key: VerifierKey) throws {
        guard let current = try AuditKeyTable.newest(in: connection) else {
            return try AuditKeyTable.insert(key, seq: 0, in: connection)
        }
        guard current == key.description else { throw UnknownAuditKey(current: current, given: key.description) }
    }
}
