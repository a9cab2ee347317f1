import ControlAPI
package import RotationConfiguration
import RotationCore
import SecretMemory
package import TransparencyLog

extension Configuration {
    /// Reads the key that signs checkpoints.
    ///
    /// It is read for each use, so that it is in memory for no longer.
    ///
    /// - Throws: ``ControlAPI/ControlFailure`` where none is configured, or its file is not one.
    package func readAuditKey() throws -> SignedNoteKey {
        guard let reference = auditKey else {
            throw ControlFailure(
                status: .configuration,
                message: "keys.audit is not configured: secret-rotator keygen audit makes a key that signs checkpoints"
            )
        }
        let path = try reference.path()
        let bytes = try SecretFile.read(path, limit: 4096)
        do {
            let key = try SignedNoteKey(fileText: bytes.withBytes { String(decoding: $0, as: UTF8.self) })
            guard let origin = audit.origin, origin != key.name else { return key }
            let message = "\(path): its origin is \(key.name), but audit.origin is \(origin)"
            throw ControlFailure(status: .configuration, message: message)
        } catch let error as SignedNoteKey.Invalid {
            throw ControlFailure(status: .configuration, message: "\(path): \(error)")
        }
    }
}
