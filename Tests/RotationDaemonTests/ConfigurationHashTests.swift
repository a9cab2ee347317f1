import RotationConfiguration
import RotationDaemon
import TestSupport
import Testing

/// What the history calls a configuration.
struct ConfigurationHashTests {
    private let file = "test.yaml"

    /// The digits are those of `sha256sum`.
    @Test func hashIsOfTheFilesBytes() throws {
        let text =
            "database: /d\nhubs: {a: {url: \"https://h.example\", context: none, token: \"file:/t\"}}\nkeys: {staging: \"file:/k\"}\n"
        #expect(try Configuration.parse(text, path: file).hash == "bdbdc050084f13dc")
    }

    @Test(arguments: ["# a comment", " ", "\n", "log: {level: info}"])
    func hashChangesWithTheContent(more: String) throws {
        let plain = try Configuration.parse(configurationText(), path: file)
        let changed = try Configuration.parse(configurationText() + more, path: "other.yaml")
        let same = try Configuration.parse(configurationText(), path: "other.yaml")
        #expect(plain.hash != changed.hash)
        #expect(plain.hash == same.hash)
        #expect(plain.hash.count == 16)
    }
}
