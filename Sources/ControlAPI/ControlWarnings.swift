import Foundation

/// Warnings beside an answer: a header field for each, as what is answered has its own form.
package enum ControlWarnings {
    /// The field's name.
    package static let field = "X-Secret-Rotator-Warning"

    /// Writes a text as a field's value.
    package static func encode(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }

    /// Reads what ``encode(_:)`` wrote.
    package static func decode(_ value: String) -> String {
        value.removingPercentEncoding ?? value
    }

    /// Printable ASCII but the percent sign.
    private static let plain = CharacterSet(charactersIn: " "..."~").subtracting(CharacterSet(charactersIn: "%"))
}
