import RotationConfiguration
import TestSupport
import Testing

/// What a configuration must have, and what must not stand in it.
struct ConfigurationRequirementTests {
    private static let hubs = "hubs: {a: {url: \"https://h.example\", context: none, token: \"file:/t\"}}\n"
    private static let keys = "keys: {staging: \"file:/k\"}\n"
    private static let database = "database: /d/r.db\n"

    @Test(arguments: [
        (hubs + keys, ["1:1: database is missing, for example: /var/lib/secret-rotator/rotator.db"]),
        (database + keys, ["1:1: hubs is missing, for example: hubs: {production: {url: …, context: …, token: …}}"]),
        (database + hubs, ["1:1: keys is missing, for example: keys: {staging: credential:staging-key}"]),
        (
            database + hubs + "keys: {audit: \"file:/a\"}\n",
            ["3:7: staging is missing, for example: credential:staging-key"]
        ),
        (
            database + hubs + "keys: {staging: }\n",
            ["3:7: staging is missing, for example: credential:staging-key"]
        ),
        (database + keys + "hubs: {}\n", ["3:7: hubs: name at least one hub"]),
        (database + keys + "hubs: {a: }\n", ["3:11: a: needs url, context and token"]),
        (database + keys + "hubs: {a: x}\n", complaintsOfAText),
        (
            database + keys + "hubs: {a: {token: \"file:/t\", context: none}}\n",
            ["3:11: url is missing, for example: https://aihub.instabase.com/api"]
        ),
        (
            database + keys + "hubs: {a: {url: \"https://h.example\", context: a}}\n",
            ["3:11: token is missing, for example: credential:aihub-token"]
        ),
        (
            database + keys + "hubs: {a: {url: \"https://h.example\", token: \"file:/t\"}}\n",
            ["3:11: \(withoutContext)"]
        ),
    ])
    func whatMustBeThereIsAskedFor(text: String, complaint: [String]) {
        #expect(complaints(text) == complaint.map { "test.yaml:\($0)" })
    }

    private static let complaintsOfAText = [
        "3:11: a must be a mapping of keys to values",
        "3:11: url is missing, for example: https://aihub.instabase.com/api",
        "3:11: token is missing, for example: credential:aihub-token",
        "3:11: \(withoutContext)",
    ]
    private static let withoutContext =
        "context is missing: without IB-Context the hub uses the caller's community account: "
        + "write context: ID, the organization's, or context: none"

    @Test(arguments: ["\"\"", "a/b", "a b", "\u{E4}", "a.b", String(repeating: "a", count: 65)])
    func hubsNameIsAWord(name: String) {
        let hubs = Self.hubs.replacing("{a:", with: "{\(name): {}, a:")
        let found = complaints(Self.database + hubs + Self.keys)
        #expect(found.count == 1)
        #expect(found.allSatisfy { $0.hasSuffix("a hub's name has letters, digits, hyphens and underscores only") })
    }

    // MARK: What must not stand in it

    private static let references = [
        "", "s3cr3t-MARKER", "MARKER", "file:relative/MARKER", "credential:", "credential:../MARKER",
        "credential:a/MARKER", "Bearer MARKER", "FILE:/MARKER", "[MARKER]",
    ]
    private static let advice = "use credential:NAME or file:/path, never the content itself"

    @Test(arguments: references)
    func inlineTokenIsRefused(text: String) {
        let found = complaints(configurationText().replacing("credential:aihub-token", with: "\"\(text)\""))
        #expect(found.count == 1)
        #expect(found.allSatisfy { $0.hasPrefix("test.yaml:5:12: token: ") && $0.hasSuffix(Self.advice) })
    }

    @Test(arguments: references)
    func inlineKeyIsRefused(text: String) {
        let found = complaints(configurationText().replacing("credential:staging-key", with: "\"\(text)\""))
        #expect(found.count == 1)
        #expect(found.allSatisfy { $0.hasPrefix("test.yaml:7:17: staging: ") && $0.hasSuffix(Self.advice) })
    }

    /// What stands there by mistake is a token or a key: the complaint, which goes to the journal at a reload, must not
    /// repeat it.
    @Test(arguments: ["s3cr3t-MARKER", "Bearer MARKER", "secret-rotator-staging-key-1:MARKER"])
    func inlineSecretIsNotRepeated(text: String) {
        let token = configurationText().replacing("credential:aihub-token", with: text)
        let key = configurationText().replacing("credential:staging-key", with: "\"\(text)\"")
        let audit = configurationText().replacing("{staging", with: "{audit: \"\(text)\", staging")
        let isRepeated = [token, key, audit].map { complaints($0).joined().contains("MARKER") }
        #expect(isRepeated == [false, false, false])
    }
}
