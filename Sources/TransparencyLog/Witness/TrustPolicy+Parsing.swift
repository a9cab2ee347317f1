extension TrustPolicy {
    /// The most bytes of a policy.
    package static let maximumSize = 256 * 1024

    /// Reads a policy file; each line, also the last one, ends with a newline.
    ///
    /// Logs need keys of type 0x01, witnesses of type 0x04: other types are refused, for a key that can't be checked must not
    /// count, and leaving it out would change what the quorum means.
    package init(_ bytes: some Collection<UInt8>) throws(FormatError) {
        guard bytes.count <= Self.maximumSize else {
            throw FormatError(.policy, "larger than \(Self.maximumSize) bytes")
        }
        var parser = PolicyParser()
        var lines = LineReader(bytes)
        while let line = lines.next() {
            do throws(FormatError) {
                try parser.read(line)
            } catch { throw FormatError(.policy, line: lines.number, error.reason) }
        }
        guard lines.rest.isEmpty else {
            throw FormatError(.policy, line: lines.number + 1, "the last line has no newline")
        }
        guard let quorum = parser.quorum else { throw FormatError(.policy, "no quorum line") }
        self = parser.policy
        self.quorum = quorum
    }
}

/// A policy as far as it was read.
private struct PolicyParser {
    var policy = TrustPolicy(quorum: .none)
    var quorum: TrustPolicy.Quorum?
    /// The witnesses and groups so far, and whether each is a member of a group.
    private var isMember: [OctetString: Bool] = [:]

    private static let none: OctetString = "none"

    mutating func read(_ line: ArraySlice<UInt8>) throws(FormatError) {
        guard line.allSatisfy({ $0 == UInt8(ascii: "\t") || $0 >= 0x20 && $0 != 0x7F }) else {
            throw wrong("a control character")
        }
        let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.map { OctetString(bytes: $0) }
        guard let keyword = words.first, keyword.bytes.first != UInt8(ascii: "#") else { return }
        let operands = words.dropFirst()
        switch (keyword, operands.count) {
        case ("log", 1...2): try addLog(Array(operands))
        case ("witness", 2...3): try addWitness(Array(operands))
        case ("group", 3...): try addGroup(Array(operands))
        case ("quorum", 1): try setQuorum(words[1])
        default: throw wrong("not a log, witness, group or quorum line")
        }
    }

    private func wrong(_ reason: String) -> FormatError { FormatError(.policy, reason) }

    private mutating func addLog(_ words: [OctetString]) throws(FormatError) {
        let party = try party(words, type: .ed25519)
        guard !policy.logs.contains(where: { $0.key.publicKey == party.key.publicKey }) else {
            throw wrong("a log with this key was defined before")
        }
        policy.logs.append(party)
    }

    private mutating func addWitness(_ words: [OctetString]) throws(FormatError) {
        let party = try party(Array(words.dropFirst()), type: .cosignature)
        guard !policy.witnesses.contains(where: { $0.party.key.publicKey == party.key.publicKey }) else {
            throw wrong("a witness with this key was defined before")
        }
        try define(words[0])
        policy.witnesses.append((name: words[0], party: party))
    }

    private mutating func addGroup(_ words: [OctetString]) throws(FormatError) {
        let members = Array(words.dropFirst(2))
        let threshold: Int? =
            switch words[1] {
            case "all": members.count
            case "any": 1
            default: Decimal.parse(words[1].bytes).flatMap { Int(exactly: $0) }
            }
        guard let threshold, (1...members.count).contains(threshold) else {
            throw wrong("the threshold is not all, any or a number from 1 to \(members.count)")
        }
        for member in members {
            guard let isTaken = isMember[member] else { throw wrong("\(member) is not defined before") }
            guard !isTaken else { throw wrong("\(member) is already a member of a group") }
            isMember[member] = true
        }
        try define(words[0])
        policy.groups.append(TrustPolicy.Group(name: words[0], threshold: threshold, members: members))
    }

    private mutating func setQuorum(_ name: OctetString) throws(FormatError) {
        guard quorum == nil else { throw wrong("a second quorum line") }
        guard name != Self.none else {
            quorum = TrustPolicy.Quorum.none
            return
        }
        guard isMember[name] != nil else { throw wrong("\(name) is not defined before") }
        quorum = .named(name)
    }

    private mutating func define(_ name: OctetString) throws(FormatError) {
        guard name != Self.none, isMember[name] == nil else { throw wrong("the name \(name) is taken") }
        isMember[name] = false
    }

    private func party(_ words: [OctetString], type: SignatureType) throws(FormatError) -> TrustPolicy.Party {
        let key = try VerifierKey(words[0])
        guard key.type == type else { throw wrong("the key is of type \(key.type.rawValue), not \(type.rawValue)") }
        return TrustPolicy.Party(key: key, url: words.count > 1 ? words[1] : nil)
    }
}
