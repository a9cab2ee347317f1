import ControlAPI
import RotationConfiguration
import RotationDaemon
import TransparencyLog

/// The keys by which commands check the log's signatures.
enum AuditKeys {
    /// The keys of an option, else the public half of `keys.audit`; none where that can't be read.
    static func verifying(_ option: [String], _ configuration: Configuration) throws -> [VerifierKey] {
        guard option.isEmpty else { return try option.map(verifier) }
        // An auditor may not read the key's file, and knows its public half.
        return (try? configuration.readAuditKey()).map { [$0.verifier] } ?? []
    }

    /// The keys of the witnesses in `audit.witnesses`.
    static func witnesses(_ configuration: Configuration) -> [VerifierKey] {
        WitnessQuorum(configuration.audit).members.map(\.key)
    }

    /// Reads the option `--key`.
    static func verifier(_ text: String) throws -> VerifierKey {
        do { return try VerifierKey(text) } catch {
            throw ControlFailure(status: .usage, message: "--key: \(error)")
        }
    }
}
