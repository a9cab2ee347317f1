import RotationConfiguration
import TestSupport
import Testing
import TransparencyLog

/// `audit.witnesses` and `audit.quorum`.
struct WitnessConfigurationTests {
    private static let keys = (1...3).compactMap { try? CosignatureKey(name: "w.example/\($0)").verifier.description }

    /// A configuration with an audit key.
    private static func text(_ audit: String) -> String {
        configurationText(more: "audit: {\(audit)}").replacing("{staging:", with: "{audit: \"file:/a\", staging:")
    }

    private static func witness(_ index: Int) -> String {
        "{url: \"https://w\(index).example.com\", key: \"\(keys[index])\"}"
    }

    @Test(arguments: [("", 2), (", quorum: 1", 1), (", quorum: 2", 2)])
    func witnessesAreRead(quorum: String, expected: Int) throws {
        let text = Self.text("witnesses: [\(Self.witness(0)), \(Self.witness(1))]\(quorum)")
        let audit = try Configuration.parse(text, path: file).audit
        #expect(audit.witnesses.map(\.url) == ["https://w0.example.com", "https://w1.example.com"])
        #expect(audit.witnesses.map(\.key) == Array(Self.keys.prefix(2)))
        #expect(audit.quorum == expected)
    }

    @Test func noneIsTheDefault() throws {
        let audit = try Configuration.parse(configurationText(), path: file).audit
        #expect(audit.witnesses.isEmpty && audit.quorum == 0)
    }

    private static let faults: [(audit: String, complaint: String)] = [
        ("witnesses: [\(witness(0))], quorum: 2", "quorum: \"2\" is no whole number from 1 to 1"),
        ("witnesses: [\(witness(0))], quorum: 0", "quorum: \"0\" is no whole number from 1 to 1"),
        ("quorum: 1", "quorum: there are no witnesses"),
        ("witnesses: https://w.example.com", "witnesses: expected a list"),
        ("witnesses: [https://w.example.com]", "a witness must be a mapping of keys to values"),
        (
            "witnesses: [{url: \"https://w.example.com\"}]",
            "key is missing: give the verifier key that keygen witness printed"
        ),
        ("witnesses: [{key: \"\(keys[0])\"}]", "url is missing, for example: https://witness.example.com/w1"),
        ("witnesses: [{url: \"http://w.example.com\", key: \"\(keys[0])\"}]", "url: must begin with https://"),
        ("witnesses: [{url: \"https://w.example.com\", key: x}]", "key: not the key of a witness"),
        ("witnesses: [\(witness(0)), \(witness(0))]", "key: another witness has this key already"),
        (
            "witnesses: [{url: \"https://w.example.com\", key: \"\(keys[0])\", kye: x}]",
            "unknown key \"kye\"; did you mean key?"
        ),
        ("witneses: []", "unknown key \"witneses\"; did you mean witnesses?"),
    ]

    @Test(arguments: faults.indices)
    func faultIsReportedInItsLine(index: Int) throws {
        let found = complaints(Self.text(Self.faults[index].audit))
        #expect(
            found.contains { $0.hasPrefix("test.yaml:8:") && $0.hasSuffix(": \(Self.faults[index].complaint)") },
            "\(found)"
        )
    }

    @Test func witnessesNeedAKey() {
        let found = complaints(configurationText(more: "audit: {witnesses: [\(Self.witness(0))]}"))
        #expect(found == ["test.yaml:8:8: audit: witnesses need keys.audit: without it nothing is signed"])
    }
}
