/// Reads `audit.witnesses` and `audit.quorum`.
extension Configuration {
    /// The most witnesses: a note has room for a hundred signatures.
    private static let mostWitnesses = 32

    static func readWitnesses(
        _ audit: inout MappingReader,
        _ rules: ConfigurationRules
    ) -> (witnesses: [Witness], quorum: Int) {
        let nodes = audit.items("witnesses")
        var (witnesses, publicKeys) = ([Witness](), Set<Substring>())
        for node in nodes {
            var reader = audit.reader(of: node, name: "a witness", at: "witnesses[]")
            guard let witness = readWitness(&reader, rules) else { continue }
            // Also of another name: a cosignature does not say the witness's name.
            let isNew = publicKeys.insert(witness.key.split(separator: "+", maxSplits: 2).last ?? "").inserted
            if !isNew { reader.report("another witness has this key already", key: "key") }
            witnesses.append(witness)
        }
        if nodes.count > mostWitnesses { audit.report("at most \(mostWitnesses)", key: "witnesses") }
        let form = "whole number from 1 to the number of witnesses"
        let quorum = audit.integer("quorum", in: 1...max(1, nodes.count), form: form)
        if quorum != nil, nodes.isEmpty { audit.report("there are no witnesses", key: "quorum") }
        return (witnesses, quorum ?? witnesses.count)
    }

    private static func readWitness(_ reader: inout MappingReader, _ rules: ConfigurationRules) -> Witness? {
        defer { reader.finish() }
        let (url, key) = (reader.text("url"), reader.text("key"))
        reader.require("url", example: "https://witness.example.com/w1")
        reader.require("key", otherwise: "give the verifier key that keygen witness printed")
        guard let url, let key else { return nil }
        if let fault = rules.witnessURLFault(url) { reader.report(fault, key: "url") }
        if let fault = rules.witnessKeyFault(key) { reader.report(fault, key: "key") }
        return Witness(url: url, key: key)
    }
}
