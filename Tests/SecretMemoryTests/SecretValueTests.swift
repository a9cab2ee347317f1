import SecretMemory
import Testing

@Suite("Values of secrets")
struct SecretValueTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let count: Int

        init(_ name: String, _ text: String, times: Int = 1, count: Int) {
            testDescription = name
            bytes = Array(String(repeating: text, count: times).utf8)
            self.count = count
        }
    }

    // Flag: 2 code points; family: 5 code points, joined by U+200D.
    static let valid: [Case] = [
        Case("one letter", "a", count: 1),
        Case("a newline and a zero byte", "a\n\u{0}", count: 3),
        Case("two bytes each", "é", times: 3, count: 3),
        Case("a letter and its accent", "e\u{301}", count: 2),
        Case("a family", "👩‍👩‍👧", count: 5),
        Case("the longest in ASCII", "a", times: 45_000, count: 45_000),
        Case("the longest of two bytes each", "é", times: 45_000, count: 45_000),
        Case("the longest of three bytes each", "€", times: 45_000, count: 45_000),
        Case("the longest of four bytes each", "😀", times: 45_000, count: 45_000),
        Case("the longest of flags", "🇩🇪", times: 22_500, count: 45_000),
    ]

    static let tooLong: [Case] = [
        Case("ASCII", "a", times: 45_001, count: 45_001),
        Case("two bytes each", "é", times: 45_001, count: 45_001),
        Case("four bytes each", "😀", times: 45_001, count: 45_001),
        Case("families", "👩‍👩‍👧", times: 9001, count: 45_005),
    ]

    @Test("a text is a value, counted in code points", arguments: valid)
    func accepts(_ example: Case) throws {
        let value = try SecretValue(LockedBytes(example.bytes))
        #expect(value.count == example.count)
        let isSame = value.withUTF8 { Array($0) == example.bytes }
        #expect(isSame)
    }

    @Test("more than 45,000 code points are refused, however few characters they look", arguments: tooLong)
    func refusesLong(_ example: Case) {
        #expect(throws: SecretValue.Invalid.tooLong(limit: 45_000)) { try SecretValue(LockedBytes(example.bytes)) }
    }

    @Test("an empty value is refused")
    func refusesEmpty() {
        #expect(throws: SecretValue.Invalid.empty) { try SecretValue(LockedBytes([])) }
    }

    @Test(
        "bytes that are no UTF-8 are refused",
        arguments: [
            [0xFF], [0x61, 0x80], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80],
            [0xE0, 0x80, 0xAF], [0xC3, 0x28],
        ] as [[UInt8]]
    )
    func refusesOther(bytes: [UInt8]) {
        #expect(throws: SecretValue.Invalid.notUTF8) { try SecretValue(LockedBytes(bytes)) }
    }

    @Test("a refusal does not quote the value")
    func messages() {
        let all: [SecretValue.Invalid] = [.empty, .notUTF8, .tooLong(limit: 45_000)]
        #expect(
            all.map(\.description) == [
                "the value is empty", "the value is not valid UTF-8", "the value has more than 45000 characters",
            ]
        )
    }
}
