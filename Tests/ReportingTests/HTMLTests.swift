import Reporting
import Testing

struct HTMLTests {
    @Test(
        arguments: [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"), ("a & b", "a &amp; b"),
            ("\" onclick='x'", "&quot; onclick=&#39;x&#39;"), ("&lt;", "&amp;lt;"), ("a\u{202E}b", "a\\u{202e}b"),
            ("a\u{0}\u{1B}[31m\r\n", "a\\u{0}\\u{1b}[31m\\u{d}\\u{a}"), ("\u{200B}\u{FEFF}", "\\u{200b}\\u{feff}"),
            ("Zürich → 東京", "Zürich → 東京"),
        ]
    )
    func textIsEscaped(text: String, markup: String) {
        #expect(
            HTML.page(HTML("p", [.label(text)], HTML(text)))
                == "<!DOCTYPE html>\n<p aria-label=\"\(markup)\">\(markup)</p>\n"
        )
    }

    /// All characters below 256, and others of all kinds: none but those of the program's own tags has a meaning.
    @Test func noTextCanBecomeMarkup() {
        for scalar in (0..<0x3000).compactMap(Unicode.Scalar.init) {
            let page = HTML.page(HTML("b", [.label(String(scalar))], HTML(String(scalar))))
            // By scalars, as a browser reads: a combining mark is no part of the sign before it.
            let signs = page.unicodeScalars.filter { $0 == "<" || $0 == ">" || $0 == "\"" }
            #expect(signs.count == 8, "\(scalar.value)")
        }
    }
}
