/// Why some bytes are not in the format that they should have.
package struct FormatError: Error, Equatable, CustomStringConvertible {
    /// The formats that are read here.
    package enum Format: String, Sendable {
        /// <https://c2sp.org/signed-note>
        case note = "signed note"
        /// <https://c2sp.org/signed-note>, verifier keys
        case verifierKey = "verifier key"
        /// <https://c2sp.org/tlog-checkpoint>
        case checkpoint
        /// <https://c2sp.org/tlog-proof>
        case proof
        /// <https://c2sp.org/tlog-policy>
        case policy
        /// <https://c2sp.org/tlog-witness>, the body of add-checkpoint
        case request = "add-checkpoint request"
        /// <https://c2sp.org/tlog-witness>, the answer to add-checkpoint
        case answer = "answer of a witness"
    }

    /// The format that was expected.
    package let format: Format
    /// The line that is wrong, from 1; nil where it is no single one.
    package let line: Int?
    /// What is wrong.
    package let reason: String

    init(_ format: Format, line: Int? = nil, _ reason: String) {
        self.format = format
        self.line = line
        self.reason = reason
    }

    package var description: String {
        if let line { "\(format.rawValue), line \(line): \(reason)" } else { "\(format.rawValue): \(reason)" }
    }
}
