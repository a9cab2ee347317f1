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
        return try readAuditKey(at: reference.path())
    }

    /// Reads a key that signs checkpoints from a file.
    ///
    /// - Parameter isOfThisLog: Whether its origin must be the configured one.
    /// - Throws: ``ControlAPI/ControlFailure``.
    package func readAuditKey(at path: String, isOfThisLog: Bool = true) throws -> SignedNoteKey {
        do {
            let file = try SecretFile.read(path, limit: 4096)
            return isOfThisLog ? try auditKey(in: file) : try Self.auditKey(file)
        } catch let error as SecretFile.Failure { throw error } catch {
            throw ControlFailure(status: .configuration, message: "\(path): \(error)")
        }
    }

    /// The key that a file holds.
    ///
    /// - Throws: `SignedNoteKey.Invalid`; ``WrongOrigin``.
    func auditKey(in file: LockedBytes) throws -> SignedNoteKey {
        let key = try Self.auditKey(file)
        guard let origin = audit.origin, origin != key.name else { return key }
        throw WrongOrigin(ofKey: key.name, configured: origin)
    }

    private static func auditKey(_ file: LockedBytes) throws -> SignedNoteKey {
        try SignedNoteKey(fileText: file.withBytes { String(decoding: $0, as: UTF8.self) })
    }
}

/// An audit key of another log.
struct WrongOrigin: Error, CustomStringConvertible {
    let ofKey: String
    let configured: String

    var description: String { "its origin is \(ofKey), but audit.origin is \(configured)" }
}
