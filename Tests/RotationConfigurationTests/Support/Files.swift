import RotationConfiguration
import RotationCore
import TransparencyLog
import ValueGenerators

/// What a configuration text is called in tests.
let file = "test.yaml"

/// What is wrong with a configuration text, one line for each thing.
func complaints(_ text: String) -> [String] {
    do throws(ConfigurationError) {
        _ = try Configuration.parse(text, path: file)
        return []
    } catch {
        return error.issues.map(\.description)
    }
}

/// What the program's composition knows, as far as these tests need it.
let testRules = {
    var rules = ConfigurationRules(
        hash: { "\($0.utf8.count)" },
        isOrigin: SignedNoteKey.isName,
        witnessURLFault: { $0.hasPrefix("https://") ? nil : "must begin with https://" },
        witnessKeyFault: { (try? VerifierKey($0))?.type == .cosignature ? nil : "not the key of a witness" }
    ) { _ in [] }
    rules.webhookFault = { $0.hasPrefix("https://") ? nil : "must begin with https://" }
    rules.notificationKinds = ["failing", "parked"]
    return rules
}()

extension Configuration {
    /// Reads a file by the rules of these tests.
    static func load(_ path: String) throws(ConfigurationError) -> Configuration { try load(path, testRules) }

    /// Reads a text by the rules of these tests.
    static func parse(_ text: String, path: String) throws(ConfigurationError) -> Configuration {
        try parse(text, path: path, testRules)
    }
}

extension SchedulesFile {
    /// Reads a text with the program's generators, none of which is refused.
    static func parse(
        _ text: String,
        source: String,
        _ configuration: Configuration
    ) throws(ConfigurationError) -> [DesiredSchedule] {
        try parse(text, source: source, configuration, generators: BuiltInGenerators()) { _ in nil }
    }
}
