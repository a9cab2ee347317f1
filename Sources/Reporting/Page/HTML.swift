/// A piece of an HTML page: only its own functions write markup, and every text that comes in is escaped.
///
/// Names of elements and attributes are literals of the program (`StaticString`), so no text of the history can become one.
package struct HTML: Sendable {
    private var markup = ""

    /// Nothing.
    package init() {}

    /// A text: what has a meaning in HTML is escaped, and what can't be seen is written out.
    package init(_ text: String) { markup = Self.escaped(text) }

    /// A text whose line breaks are kept, for programs.
    package init(lines text: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        markup = lines.map { Self.escaped(String($0)) }.joined(separator: "\n")
    }

    /// A style sheet of the program's.
    package init(style: StaticString) { markup = "<style>\(style)</style>" }

    /// A script of the program's.
    package init(script: StaticString) { markup = "<script>\(script)</script>" }

    /// The piece as text.
    package var text: String { markup }

    /// An element.
    package init(_ name: StaticString, _ attributes: [Attribute], _ content: HTML) {
        let attributes = attributes.map(\.markup).joined()
        markup = "<\(name)\(attributes)>\(content.markup)</\(name)>"
    }

    /// An element without content or end, such as `meta`.
    package init(void name: StaticString, _ attributes: [Attribute]) {
        markup = "<\(name)\(attributes.map(\.markup).joined())>"
    }

    /// A whole page.
    package static func page(_ root: HTML) -> String { "<!DOCTYPE html>\n\(root.markup)\n" }

    package static func += (left: inout HTML, right: HTML) { left.markup += right.markup }

    /// An attribute with its value escaped.
    package struct Attribute: Sendable {
        fileprivate let markup: String

        private init(_ name: StaticString, _ value: String) { markup = " \(name)=\"\(HTML.escaped(value))\"" }

        static func id(_ value: StaticString) -> Attribute { Attribute("id", "\(value)") }
        static func `class`(_ value: StaticString) -> Attribute { Attribute("class", "\(value)") }
        /// A link within the page: no other can be written.
        static func link(to id: StaticString) -> Attribute { Attribute("href", "#\(id)") }
        package static func label(_ text: String) -> Attribute { Attribute("aria-label", text) }
        static func labelled(by id: StaticString) -> Attribute { Attribute("aria-labelledby", "\(id)") }
        /// An attribute whose value is the program's own.
        static func fixed(_ name: StaticString, _ value: StaticString) -> Attribute { Attribute(name, "\(value)") }
        /// An attribute of numbers.
        static func number(_ name: StaticString, _ value: Int) -> Attribute { Attribute(name, "\(value)") }
        /// Lines and areas of a picture.
        static func path(_ path: VectorPath) -> Attribute { Attribute("d", path.text) }
        /// The size of a picture's own units.
        static func viewBox(_ width: Int, _ height: Int) -> Attribute { Attribute("viewBox", "0 0 \(width) \(height)") }
        /// A picture in the address itself.
        static func icon(_ data: StaticString) -> Attribute { Attribute("href", "data:image/svg+xml,\(data)") }
        /// An instant for programs.
        static func time(_ value: String) -> Attribute { Attribute("datetime", value) }
    }

    /// Writes out controls, and characters that change the direction or can't be seen, as `\u{…}`.
    fileprivate static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { replacement($0) != nil }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if let replacement = replacement(scalar) {
                result += replacement
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func replacement(_ scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "&": return "&amp;"
        case "<": return "&lt;"
        case ">": return "&gt;"
        case "\"": return "&quot;"
        case "'": return "&#39;"
        case " "..."~": return nil
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            return "\\u{\(String(scalar.value, radix: 16))}"
        default: return nil
        }
    }
}

/// The lines of a picture, in whole units.
package struct VectorPath: Sendable {
    private(set) var text = ""

    var isEmpty: Bool { text.isEmpty }

    /// A filled box.
    mutating func box(_ x: Int, _ y: Int, _ width: Int, _ height: Int) {
        text += "M\(x) \(y)h\(width)v\(height)h\(-width)z"
    }

    /// A cross of two strokes.
    mutating func cross(_ x: Int, _ y: Int, _ size: Int) {
        text += "M\(x) \(y)l\(size) \(size)m0 \(-size)l\(-size) \(size)"
    }

    /// A circle's line.
    mutating func circle(_ x: Int, _ y: Int, _ radius: Int) {
        text +=
            "M\(x - radius) \(y)a\(radius) \(radius) 0 1 0 \(2 * radius) 0a\(radius) \(radius) 0 1 0 \(-2 * radius) 0"
    }

    /// A line.
    mutating func line(_ x: Int, _ y: Int, toX endX: Int, y endY: Int) { text += "M\(x) \(y)L\(endX) \(endY)" }
}
