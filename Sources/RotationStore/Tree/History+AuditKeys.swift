import Foundation
import RotationCore
package import TransparencyLog

extension History {
    /// The key that signs checkpoints now; nil where none was signed yet.
    package func auditKey() throws -> VerifierKey? {
        try AuditKeyTable.newest(in: connection).map { try VerifierKey($0) }
    }

    /// Keys that may have signed checkpoints of this log: given ones, and those that they are linked to by changes of the key
    /// that both the former and the new key have signed.
    package func linkedKeys(_ keys: [VerifierKey]) throws -> [VerifierKey] {
        var query = AuditQuery()
        query.events = ["audit.key_changed"]
        var changes: [(old: VerifierKey, new: VerifierKey)] = []
        try eachEntry(matching: query) { entry in
            if let change = Self.change(entry) { changes.append(change) }
        }
        var linked = keys
        // The newest change first, then from the oldest on: a chain of changes is followed in both directions.
        for change in changes.reversed() + changes {
            if linked.contains(change.new), !linked.contains(change.old) { linked.append(change.old) }
            if linked.contains(change.old), !linked.contains(change.new) { linked.append(change.new) }
        }
        return linked
    }

    /// The keys of an entry, where both have signed; nil for another entry.
    private static func change(_ entry: LoggedEntry) -> (old: VerifierKey, new: VerifierKey)? {
        guard let detail = entry.detail,
            let event = try? JSONDecoder.snakeCase.decode(Audit.AuditKeyChanged.self, from: Data(detail.utf8)),
            let old = try? VerifierKey(event.oldKey), let new = try? VerifierKey(event.newKey),
            let signers = try? KeyChange(from: old, to: new)?.signers(of: Array(event.statement.utf8)),
            signers.contains(old), signers.contains(new)
        else { return nil }
        return (old, new)
    }
}

extension JSONDecoder {
    /// Reads the fields of entries.
    fileprivate static var snakeCase: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}
