import ArgumentParser
import Foundation
import RotationConfiguration
import RotationDaemon

/// The options of each command that needs a configuration.
struct GlobalOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The configuration file.",
            discussion: "Defaults to $SECRET_ROTATOR_CONFIG, then /etc/secret-rotator/secret-rotator.yaml.",
            valueName: "file"
        ),
        completion: .file(extensions: ["yaml", "yml"])
    )
    var config: String?

    /// The path of the configuration file.
    var path: String { config ?? Self.standardPath }

    /// The path where no option names a file.
    static var standardPath: String {
        ProcessInfo.processInfo.environment["SECRET_ROTATOR_CONFIG"] ?? "/etc/secret-rotator/secret-rotator.yaml"
    }

    func load() throws -> Configuration {
        try Configuration.load(path)
    }
}

/// The output options of listing commands.
struct ListingOptions: ParsableArguments {
    @Flag(help: "Write JSON Lines: one object a line, for programs.")
    var json = false
}
