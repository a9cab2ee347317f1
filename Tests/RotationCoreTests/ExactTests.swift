import Foundation
import RotationCore
import Testing

/// Texts are compared by their bytes, where Swift's `String` takes canonically equivalent ones for equal.
struct ExactTests {
    private static let composed = "caf\u{E9}"
    private static let decomposed = "cafe\u{301}"

    private struct Record: Hashable, Codable {
        @Exact var name: String
        @Exact var note: String?
        @Exact var list: [String] = []
        @Exact var fields: [String: JSONValue] = [:]
    }

    @Test func swiftTakesThemForEqual() {
        #expect(Self.composed == Self.decomposed)
    }

    private static let different: [(JSONValue, JSONValue)] = [
        (JSONValue.string(composed), JSONValue.string(decomposed)),
        ([.string(composed)], [.string(decomposed)]),
        (["a": .string(composed)], ["a": .string(decomposed)]),
        (.object([composed: 1]), .object([decomposed: 1])),
        (.object(["a": .object([composed: 1])]), .object(["a": .object([decomposed: 1])])),
        (.number(1.5), .number(2.5)), (1, true), (.null, false), ("1", 1),
    ]

    @Test(arguments: different)
    func valuesThatDifferAreNotEqual(left: JSONValue, right: JSONValue) {
        #expect(left != right && left == left && right == right)
        #expect(Set([left, right, left]).count == 2)
    }

    @Test func recordsThatDifferInOneByteAreNotEqual() {
        let base = Record(name: Self.composed, note: Self.composed, list: [Self.composed], fields: [Self.composed: 1])
        var others = Array(repeating: base, count: 4)
        others[0].name = Self.decomposed
        others[1].note = Self.decomposed
        others[2].list = [Self.decomposed]
        others[3].fields = [Self.decomposed: 1]
        for other in others { #expect(other != base) }
        #expect(Set(others + [base, base]).count == 5)
    }

    /// A dictionary of Swift's has room for one of two such keys: whichever it is, nothing else breaks.
    @Test func keysThatSwiftTakesForEqualBecomeOne() throws {
        let json = Data("{\"\(Self.composed)\":1,\"\(Self.decomposed)\":1,\"b\":2}".utf8)
        let value = try JSONDecoder().decode(JSONValue.self, from: json)
        #expect([Self.composed, Self.decomposed].contains { value == .object([$0: 1, "b": 2]) })
    }

    @Test func wrappedPropertyIsCodedAsWithoutIt() throws {
        let json = Data(#"{"name":"a","list":["b"],"fields":{"c":1.5}}"#.utf8)
        let record = try JSONDecoder().decode(Record.self, from: json)
        #expect(record == Record(name: "a", note: nil, list: ["b"], fields: ["c": .number(1.5)]))
        #expect(try JSONDecoder().decode(Record.self, from: JSONEncoder().encode(record)) == record)
    }
}
