package import Foundation

/// The JSON text of an operation's answer.
package enum AnswerJSON {
    /// Encodes an answer.
    ///
    /// The elements of a list are encoded one by one: the encoder keeps 800 bytes for each small object of what it encodes
    /// at once, 40 MiB for an answer about 50,000 secrets.
    package static func data(of answer: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        guard let elements = answer as? [any Encodable] else { return try encoder.encode(answer) }
        var data = Data("[".utf8)
        for (index, element) in elements.enumerated() {
            if index > 0 { data.append(UInt8(ascii: ",")) }
            data.append(try encoder.encode(element))
        }
        data.append(UInt8(ascii: "]"))
        return data
    }
}
