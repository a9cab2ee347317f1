/// Which checkpoints to believe: known logs, known witnesses and a quorum of them, <https://c2sp.org/tlog-policy>.
package struct TrustPolicy: Sendable {
    /// A log or a witness.
    package struct Party: Hashable, Sendable {
        /// Its key; a log's key is named as its origin.
        package let key: VerifierKey
        /// Where it answers, if the policy says so.
        package let url: OctetString?
    }

    /// What must have cosigned, by the name of a witness or a group.
    package enum Quorum: Hashable, Sendable {
        /// `quorum none`: no cosignature is needed.
        case none
        /// The witness or group of this name.
        case named(OctetString)
    }

    /// A group: satisfied by so many of its members.
    struct Group: Hashable, Sendable {
        let name: OctetString
        let threshold: Int
        let members: [OctetString]
    }

    /// The logs that are accepted.
    package internal(set) var logs: [Party] = []
    /// The witnesses by their names in the policy, in its order.
    package internal(set) var witnesses: [(name: OctetString, party: Party)] = []
    /// The groups, each after its members.
    var groups: [Group] = []
    /// What must have cosigned.
    package internal(set) var quorum: Quorum

    init(quorum: Quorum) {
        self.quorum = quorum
    }
}

extension TrustPolicy {
    /// Why the policy does not accept a checkpoint.
    package enum Rejection: Error, Equatable, CustomStringConvertible {
        /// The log's signature is missing or wrong.
        case log(SignedCheckpoint.Rejection)
        /// A cosignature of a known witness is wrong.
        case badCosignature(BadSignature)
        /// These witnesses cosigned, and they are not enough.
        case noQuorum(cosigned: [OctetString])

        package var description: String {
            switch self {
            case .log(let rejection): rejection.description
            case .badCosignature(let bad): bad.description
            case .noQuorum(let names) where names.isEmpty: "no known witness cosigned, and the policy needs a quorum"
            case .noQuorum(let names):
                "too few witnesses cosigned for the policy's quorum: \(names.map(\.description).joined(separator: ", "))"
            }
        }
    }

    /// What was found in a checkpoint that the policy accepts.
    package struct Acceptance: Hashable, Sendable {
        /// The witnesses of the policy that cosigned, by their names in it, and when each did at the latest.
        package let cosigned: [OctetString: UInt64]
    }

    /// Checks the log's signature and the quorum of cosignatures.
    ///
    /// `logKeys` are known besides the policy's own. Times of cosignatures are answered and not judged.
    package func verify(_ checkpoint: SignedCheckpoint, logKeys: [VerifierKey] = []) throws(Rejection) -> Acceptance {
        do throws(SignedCheckpoint.Rejection) {
            try checkpoint.verify(logKeys: logs.map(\.key) + logKeys)
        } catch { throw .log(error) }
        let signatures: [VerifiedSignature]
        do throws(BadSignature) {
            signatures = try checkpoint.cosignatures(of: witnesses.map(\.party.key))
        } catch { throw .badCosignature(error) }
        var cosigned: [OctetString: UInt64] = [:]
        for witness in witnesses {
            let times = signatures.filter { $0.key == witness.party.key }.compactMap { Cosignature($0.signature)?.time }
            if let time = times.max() { cosigned[witness.name] = time }
        }
        guard isQuorum(Set(cosigned.keys)) else {
            throw .noQuorum(cosigned: witnesses.map(\.name).filter { cosigned[$0] != nil })
        }
        return Acceptance(cosigned: cosigned)
    }

    /// Whether these witnesses, by their names in the policy, are enough.
    package func isQuorum(_ cosigned: Set<OctetString>) -> Bool {
        guard case .named(let name) = quorum else { return true }
        var satisfied = cosigned.intersection(witnesses.map(\.name))
        // Each group comes after its members.
        for group in groups where group.members.filter(satisfied.contains).count >= group.threshold {
            satisfied.insert(group.name)
        }
        return satisfied.contains(name)
    }
}
