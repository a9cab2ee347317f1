package import RotationConfiguration
package import TransparencyLog
import Witness

extension WitnessQuorum {
    /// The longest name of a key: entries of the history have it.
    private static let longestName = 255

    /// What is wrong with the URL of a witness; nil for nothing.
    @Sendable static func fault(ofURL text: String) -> String? {
        do throws(WitnessURL.Invalid) {
            _ = try WitnessURL(text)
            return nil
        } catch { return "\(error)" }
    }

    /// What is wrong with the verifier key of a witness; nil for nothing.
    @Sendable static func fault(ofKey text: String) -> String? {
        do throws(FormatError) {
            let key = try VerifierKey(text)
            guard key.type == .cosignature else {
                return "this is the key of a log; keygen witness prints that of a witness"
            }
            return key.name.bytes.count > longestName ? "the name is longer than \(longestName) bytes" : nil
        } catch { return "\(error)" }
    }

    /// The witnesses of a configuration, which has checked them.
    package init(_ audit: Configuration.Audit) {
        let members = audit.witnesses.compactMap { witness in
            (try? VerifierKey(witness.key)).map { Member(key: $0, url: witness.url) }
        }
        self.init(members: members, threshold: min(audit.quorum, members.count))
    }
}
