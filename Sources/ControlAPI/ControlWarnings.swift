import Foundation

/// Warnings beside an answer, each in a header field, because the body has the answer's type.
package enum ControlWarnings {
    /// The field's name.
    package static let field = "X-Secret-Rotator-Warning"

    /// Encodes a text as a field's value.
    package static func encode(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }

    /// Decodes a value of ``encode(_:)``.
    package static func decode(_ value: String) -> String {
        value.removingPercentEncoding ?? value
    }

    /// Printable ASCII except the percent sign.
    private static let plain = CharacterSet(charactersIn: " "..."~").subtracting(CharacterSet(charactersIn: "%"))
}
