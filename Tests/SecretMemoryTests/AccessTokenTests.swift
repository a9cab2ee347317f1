import SecretMemory
import Testing

@Suite("Access tokens")
struct AccessTokenTests {
    private func token(_ text: String) throws -> AccessToken {
        try AccessToken(LockedBytes(text.utf8))
    }

    @Test("line breaks at the end of the file are left out", arguments: ["", "\n", "\r\n", "\n\n", "\r"])
    func lineBreak(end: String) throws {
        let isSame = try token("abc" + end).withASCII { Array($0) } == Array("abc".utf8)
        #expect(isSame)
    }

    @Test("all printable ASCII can stand in a token")
    func printable() throws {
        let text = String(decoding: 0x21...0x7E as ClosedRange<UInt8>, as: UTF8.self)
        let isSame = try token(text).withASCII { Array($0) } == Array(text.utf8)
        #expect(isSame)
    }

    @Test("nothing but line breaks is no token", arguments: ["", "\n", "\r\n\r\n"])
    func empty(text: String) {
        #expect(throws: AccessToken.Invalid.empty) { try token(text) }
    }

    @Test(
        "another byte is refused, by its place",
        arguments: [
            ("ab\ncd", 2), ("ab\r\ncd\n", 2), ("ab cd", 2), (" ab", 0), ("ab ", 2), ("ab\t\n", 2), ("aé", 1),
            ("a\u{7F}", 1), ("a\u{0}", 1), ("\u{FEFF}ab", 0), ("\nab", 0), ("ab \n", 2),
        ]
    )
    func badCharacter(text: String, offset: Int) {
        #expect(throws: AccessToken.Invalid.badCharacter(offset: offset)) { try token(text) }
    }

    @Test(
        "two tokens are the same where all bytes are",
        arguments: [
            ("abc", "abc", true), ("abc", "abc\n", true), ("abc", "abd", false), ("abc", "Abc", false),
            ("abc", "ab", false), ("abc", "abcd", false), ("abc", "cba", false),
        ]
    )
    func isSame(left: String, right: String, expected: Bool) throws {
        #expect(try token(left).isSame(as: token(right)) == expected)
        #expect(try token(right).isSame(as: token(left)) == expected)
    }

    @Test("a refusal tells the place and no byte")
    func message() {
        let text = AccessToken.Invalid.badCharacter(offset: 7).description
        #expect(text == "byte 7 is not allowed in a token: keep it on one line, of printable ASCII without spaces")
    }
}
