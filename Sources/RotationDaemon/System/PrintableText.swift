/// Escapes characters that move the cursor, reverse the order of letters or are invisible, for example as `\u{202e}`.
///
/// Line breaks stay; use ``printableLine(_:)`` for a single line.
package func printable(_ text: String) -> String {
    escaped(text) {
        $0 != "\n" && isUnprintable($0)
    } escape: {
        "\\u{\(String($0.value, radix: 16))}"
    }
}

/// Escapes the same characters and line breaks, so that the text is one line.
package func printableLine(_ text: String) -> String {
    escaped(text, isUnprintable) { "\\u{\(String($0.value, radix: 16))}" }
}

/// Escapes the same characters as ``printable(_:)`` in JSON, with JSON's own escapes, so that its meaning stays.
package func printableJSON(_ text: String) -> String {
    escaped(text) {
        $0 != "\n" && isUnprintable($0)
    } escape: { scalar in
        String(scalar).utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }
}

/// Controls (C0, DEL, C1), format characters (bidirectional marks, zero-width ones, tags), line and paragraph separators.
private func isUnprintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
}

private func escaped(
    _ text: String,
    _ isMeant: (Unicode.Scalar) -> Bool,
    escape: (Unicode.Scalar) -> String
) -> String {
    // Fast paths: most texts have nothing to escape, and most of these are ASCII.
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
    guard text.unicodeScalars.contains(where: isMeant) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if isMeant(scalar) { result.append(contentsOf: escape(scalar).unicodeScalars) } else { result.append(scalar) }
    }
    return String(result)
}
