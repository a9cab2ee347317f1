/// The witnesses of a log, and how many of them must cosign a checkpoint.
package struct WitnessQuorum: Hashable, Sendable {
    /// A witness.
    package struct Member: Hashable, Sendable {
        /// Its verifier key, of type 0x04.
        package let key: VerifierKey
        /// Its submission prefix; a URL has no spaces.
        package let url: String

        package init(key: VerifierKey, url: String) {
            (self.key, self.url) = (key, url)
        }
    }

    /// The witnesses, each with another key.
    package let members: [Member]
    /// How many must cosign: at most all of them.
    package let threshold: Int

    /// No witnesses: the log's own signature is enough.
    package static let none = WitnessQuorum(members: [], threshold: 0)

    /// - Parameter threshold: How many must cosign, from 1; 0 only where there are no members.
    package init(members: [Member], threshold: Int) {
        (self.members, self.threshold) = (members, threshold)
    }

    /// The policy file for readers of the log, <https://c2sp.org/tlog-policy>.
    package func policyText(log: VerifierKey) -> String {
        let witnesses = members.enumerated().map { (name: "w\($0.offset + 1)", member: $0.element) }
        var lines = ["log \(log)"] + witnesses.map { "witness \($0.name) \($0.member.key) \($0.member.url)" }
        if witnesses.isEmpty {
            lines.append("quorum none")
        } else {
            lines.append("group witnesses \(threshold) " + witnesses.map(\.name).joined(separator: " "))
            lines.append("quorum witnesses")
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
