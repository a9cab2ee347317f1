import Crypto
import Foundation
import Notifications
package import RotationConfiguration
package import RotationCore
import TransparencyLog
import ValueGenerators

extension ConfigurationRules {
    /// The rules with this program's generators and key formats.
    static let composed = {
        var rules = ConfigurationRules(
            hash: { text in SHA256.hash(data: Data(text.utf8)).prefix(8).hexadecimal },
            isOrigin: SignedNoteKey.isName,
            witnessURLFault: WitnessQuorum.fault(ofURL:),
            witnessKeyFault: WitnessQuorum.fault(ofKey:),
            publicFolderConflicts: \.publicFolderConflicts
        )
        rules.webhookFault = { WebhookURL.fault(of: $0) }
        rules.notificationKinds = Condition.Kind.allCases.map(\.rawValue)
        return rules
    }()
}

extension Configuration {
    /// Reads and validates a file.
    ///
    /// - Throws: ``ConfigurationError`` with all errors.
    package static func load(_ path: String) throws(ConfigurationError) -> Configuration {
        try load(path, .composed)
    }

    /// Validates a text.
    package static func parse(_ text: String, path: String) throws(ConfigurationError) -> Configuration {
        try parse(text, path: path, .composed)
    }
}

extension SchedulesFile {
    /// Reads and validates a file, with this program's generators.
    ///
    /// - Parameters:
    ///   - path: The file; `-` for standard input.
    ///   - configuration: The hubs, and the rules that refuse generators.
    /// - Throws: ``ConfigurationError`` with all errors, or ``UnreadableFile``.
    package static func load(_ path: String, _ configuration: Configuration) throws -> [DesiredSchedule] {
        let rules = configuration.generatorRules
        return try load(path, configuration, generators: BuiltInGenerators()) { rules.refusal(of: $0) }
    }
}
