package import RotationCore

/// Reads the parameters of a policy from canonical JSON.
package struct PolicyParameters {
    private let fields: [String: JSONValue]

    package init(_ fields: [String: JSONValue]) {
        self.fields = fields
    }

    /// A required whole number.
    func integer(_ key: String) throws(InvalidPolicy) -> Int {
        guard case .integer(let number) = fields[key], let value = Int(exactly: number) else { throw .parameter(key) }
        return value
    }

    /// A required text.
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

    /// A flag; false if absent.
    func flag(_ key: String) throws(InvalidPolicy) -> Bool {
        switch fields[key] {
        case nil: return false
        case .bool(let flag): return flag
        default: throw .parameter(key)
        }
    }

    /// A required word of a fixed set.
    func choice<Choice: RawRepresentable<String>>(_ key: String) throws(InvalidPolicy) -> Choice {
        guard let choice = Choice(rawValue: try text(key)) else { throw .parameter(key) }
        return choice
    }

    /// A required list of texts.
    func texts(_ key: String) throws(InvalidPolicy) -> [String] {
        guard case .array(let values) = fields[key] else { throw .parameter(key) }
        var texts: [String] = []
        for value in values {
            guard case .string(let text) = value else { throw .parameter(key) }
            texts.append(text)
        }
        return texts
    }

    /// A required object.
    func object(_ key: String) throws(InvalidPolicy) -> [String: JSONValue] {
        guard case .object(let object) = fields[key] else { throw .parameter(key) }
        return object
    }

    /// A required duration.
    func duration(_ key: String) throws(InvalidPolicy) -> Duration {
        guard let duration = SecondsText.parse(try text(key)) else { throw .parameter(key) }
        return duration
    }
}
