package import RotationCore

/// The parameters of a policy, as they are read from canonical JSON.
package struct PolicyParameters {
    private let fields: [String: JSONValue]

    package init(_ fields: [String: JSONValue]) {
        self.fields = fields
    }

    /// A whole number that must be there.
    func integer(_ key: String) throws(InvalidPolicy) -> Int {
        guard case .integer(let number) = fields[key], let value = Int(exactly: number) else { throw .parameter(key) }
        return value
    }

    /// A text that must be there.
    func text(_ key: String) throws(InvalidPolicy) -> String {
        guard let text = try textIfPresent(key) else { throw .parameter(key) }
        return text
    }

    func textIfPresent(_ key: String) throws(InvalidPolicy) -> String? {
        switch fields[key] {
        case nil: return nil
        case .string(let text): return text
        default: throw .parameter(key)
        }
    }

    /// A flag; false where it is absent.
    func flag(_ key: String) throws(InvalidPolicy) -> Bool {
        switch fields[key] {
        case nil: return false
        case .bool(let flag): return flag
        default: throw .parameter(key)
        }
    }

    /// One of a few words, which must be there.
    func choice<Choice: RawRepresentable<String>>(_ key: String) throws(InvalidPolicy) -> Choice {
        guard let choice = Choice(rawValue: try text(key)) else { throw .parameter(key) }
        return choice
    }

    /// A list of texts, which must be there.
    func texts(_ key: String) throws(InvalidPolicy) -> [String] {
        guard case .array(let values) = fields[key] else { throw .parameter(key) }
        var texts: [String] = []
        for value in values {
            guard case .string(let text) = value else { throw .parameter(key) }
            texts.append(text)
        }
        return texts
    }

    /// An object, which must be there.
    func object(_ key: String) throws(InvalidPolicy) -> [String: JSONValue] {
        guard case .object(let object) = fields[key] else { throw .parameter(key) }
        return object
    }

    /// A length of time, which must be there.
    func duration(_ key: String) throws(InvalidPolicy) -> Duration {
        guard let duration = SecondsText.parse(try text(key)) else { throw .parameter(key) }
        return duration
    }
}
