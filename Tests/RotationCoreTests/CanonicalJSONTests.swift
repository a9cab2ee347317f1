import RotationCore
import Testing

@Suite("Canonical JSON (RFC 8785)")
struct CanonicalJSONTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let value: JSONValue
        let text: String
        var testDescription: String { text }
    }

    static let cases: [Case] = [
        Case(value: .null, text: "null"),
        Case(value: true, text: "true"),
        Case(value: false, text: "false"),
        Case(value: [], text: "[]"),
        Case(value: [:], text: "{}"),
        Case(value: "", text: #""""#),
        Case(value: [1, "a", [.null]], text: #"[1,"a",[null]]"#),
        Case(value: ["b": 1, "a": ["d": [], "c": [:]]], text: #"{"a":{"c":{},"d":[]},"b":1}"#),
        Case(value: ["": 1, "a": 2, "aa": 4, "10": 5, "9": 6], text: #"{"":1,"10":5,"9":6,"a":2,"aa":4}"#),
        Case(value: ["b": 1, "B": 2], text: #"{"B":2,"b":1}"#),
        Case(value: "\u{8}\t\n\u{C}\r\"\\", text: #""\b\t\n\f\r\"\\""#),
        Case(value: "\u{0}\u{1}\u{B}\u{F}\u{10}\u{1F}", text: #""\u0000\u0001\u000b\u000f\u0010\u001f""#),
        Case(value: "\r\n", text: #""\r\n""#),
        Case(value: "/\u{7F}\u{80}\u{2028}é😀'<>&", text: "\"/\u{7F}\u{80}\u{2028}é😀'<>&\""),
        Case(value: "e\u{301}", text: "\"e\u{301}\""),
        Case(value: ["\n\"": "\u{1}"], text: #"{"\n\"":"\u0001"}"#),
        // The string of section 3.2.2.2's example
        Case(value: "€$\u{F}\nA'B\"\\\\\"/", text: #""€$\u000f\nA'B\"\\\\\"/""#),
    ]

    @Test("a value has one text", arguments: cases)
    func text(_ example: Case) {
        let isSame = example.value.canonicalText.unicodeScalars.elementsEqual(example.text.unicodeScalars)
        #expect(isSame, "\(example.value.canonicalText)")
    }

    @Test(
        "a number that others could not read exactly is written as a string",
        arguments: [
            (0, "0"), (-1, "-1"), (9_007_199_254_740_991, "9007199254740991"),
            (-9_007_199_254_740_991, "-9007199254740991"), (9_007_199_254_740_992, "\"9007199254740992\""),
            (-9_007_199_254_740_992, "\"-9007199254740992\""), (.max, "\"9223372036854775807\""),
            (.min, "\"-9223372036854775808\""),
        ]
    )
    func integers(value: Int64, text: String) {
        #expect(JSONValue.integer(value).canonicalText == text)
    }

    @Test("keys are in the order of section 3.2.3's example: by UTF-16 code units")
    func keyOrder() {
        let keys = ["\r", "1", "\u{80}", "ö", "€", "😀", "\u{FB33}"]
        let object = JSONValue.object(Dictionary(uniqueKeysWithValues: keys.map { ($0, 0) }))
        #expect(object.canonicalText == "{\"\\r\":0,\"1\":0,\"\u{80}\":0,\"ö\":0,\"€\":0,\"😀\":0,\"\u{FB33}\":0}")
    }

    @Test("fields without a value are left out, and null is a value")
    func fields() {
        #expect(JSONValue.fields(["a": nil, "b": JSONValue.null, "c": 1]).canonicalText == #"{"b":null,"c":1}"#)
    }
}
