import SecretMemory
import Testing

private let marker = "marker-4cd1e0"

private struct Holder<T> {
    let content: T
}

private final class Box<T> {
    let content: T
    init(_ content: T) { self.content = content }
}

@Suite("What is shown of a secret")
struct RedactionTests {
    /// A way in which a program shows something.
    struct Way: Sendable, CustomTestStringConvertible {
        let name: String
        let show: @Sendable (Any) -> String
        var testDescription: String { name }
    }

    static let ways: [Way] = [
        Way(name: "String(describing:)") { String(describing: $0) },
        Way(name: "String(reflecting:)") { String(reflecting: $0) },
        Way(name: "interpolation as Any") { "\($0 as Any)" },
        Way(name: "print") { value in
            var text = ""
            print(value, to: &text)
            return text
        },
        Way(name: "debugPrint") { value in
            var text = ""
            debugPrint(value, to: &text)
            return text
        },
        Way(name: "dump") { value in
            var text = ""
            dump(value, to: &text)
            return text
        },
        Way(name: "mirror") { value in
            Mirror(reflecting: value).children.map { "\($0.label ?? "") \($0.value)" }.joined()
        },
    ]

    /// One secret alone, and inside other values.
    private func wrapped<T>(_ secret: T) -> [Any] {
        [
            secret, T?.some(secret) as Any, [secret], ["key": secret], (1, secret), Holder(content: secret),
            Box(secret), Result<T, any Error>.success(secret), [[Holder(content: T?.some(secret))]],
        ]
    }

    /// Whether a text tells of the marker, as text or as a list of bytes.
    private func tells(_ text: String) -> Bool {
        let numbers = marker.utf8.prefix(4).map(String.init)
        let hexadecimal = marker.utf8.prefix(4).map { String($0, radix: 16) }
        return text.contains("marker") || text.contains(numbers.joined(separator: ", "))
            || text.contains(hexadecimal.joined())
    }

    @Test("no way to show a secret shows its value, however it is wrapped", arguments: ways)
    func nothingShows(way: Way) throws {
        let bytes = try LockedBytes(marker.utf8)
        let all = wrapped(bytes) + wrapped(try SecretValue(bytes)) + wrapped(try AccessToken(bytes))
        for (index, value) in all.enumerated() {
            let leaks = tells(way.show(value))
            #expect(!leaks, "value \(index)")
        }
    }

    @Test("each way does show what is no secret", arguments: ways)
    func control(way: Way) {
        #expect(tells(way.show(Holder(content: marker))))
    }

    @Test("a secret describes itself as redacted")
    func descriptions() throws {
        let bytes = try LockedBytes(marker.utf8)
        let secrets: [any Redacted] = [bytes, try SecretValue(bytes), try AccessToken(bytes)]
        for secret in secrets {
            #expect(secret.description == "<redacted>")
            #expect(secret.debugDescription == "<redacted>")
            #expect(String(describing: secret) == "<redacted>")
            #expect(Mirror(reflecting: secret).children.isEmpty)
        }
    }
}
