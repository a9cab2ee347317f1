import Foundation
import RotationDaemon
import Testing

/// Texts of hubs and operators, as people read them.
struct PrintableTextTests {
    private static let unprintable: [(UInt32, String)] = [
        (0x00, "0"), (0x08, "8"), (0x09, "9"), (0x0D, "d"), (0x1B, "1b"), (0x7F, "7f"), (0x80, "80"), (0x85, "85"),
        (0x9B, "9b"), (0x9F, "9f"), (0xAD, "ad"), (0x61C, "61c"), (0x200B, "200b"), (0x200E, "200e"), (0x200F, "200f"),
        (0x2028, "2028"), (0x2029, "2029"), (0x202A, "202a"), (0x202E, "202e"), (0x2060, "2060"), (0x2066, "2066"),
        (0x2069, "2069"), (0xFEFF, "feff"), (0xFFF9, "fff9"), (0xE0041, "e0041"),
    ]

    @Test(arguments: unprintable)
    func whatCannotBeSeenIsEscaped(code: UInt32, digits: String) throws {
        let text = "a\(Character(try #require(Unicode.Scalar(code))))b"
        #expect(printable(text) == "a\\u{\(digits)}b")
        #expect(printableLine(text) == "a\\u{\(digits)}b")
        let json = printableJSON("{\"k\":\"\(text)\"}")
        #expect(!json.unicodeScalars.contains { $0.value == code })
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: String]
        #expect(object?["k"] == text)
    }

    @Test(arguments: ["", "plain", "\u{E4}\u{20AC}\u{1F511}", "\u{5E9}\u{5DC}", "e\u{301}", #"a\b"c"#, "two words"])
    func whatCanBeSeenStays(text: String) {
        #expect(printable(text) == text)
        #expect(printableLine(text) == text)
        #expect(printableJSON(text) == text)
    }

    @Test func lineBreakStaysButOnALine() {
        #expect(printable("a\nb\r\n") == "a\nb\\u{d}\n")
        #expect(printableLine("a\nb\r\n") == "a\\u{a}b\\u{d}\\u{a}")
        #expect(printableJSON("{\n}") == "{\n}")
    }

    /// A mark that combines with the letter before it must not hide one.
    @Test func markWithinACharacterIsFound() {
        #expect(printableLine("e\u{200D}\u{301}") == "e\\u{200d}\u{301}")
    }
}
