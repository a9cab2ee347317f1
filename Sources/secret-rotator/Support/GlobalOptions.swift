import ArgumentParser
import Foundation
import RotationConfiguration
import RotationDaemon

/// What each command that needs a configuration takes.
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

    /// The file that is meant.
    var path: String { config ?? Self.standardPath }

    /// The file that is meant where no option names one.
    static var standardPath: String {
        ProcessInfo.processInfo.environment["SECRET_ROTATOR_CONFIG"] ?? "/etc/secret-rotator/secret-rotator.yaml"
    }

    func load() throws -> Configuration {
        try Configuration.load(path)
    }
}

/// How a listing command writes.
struct ListingOptions: ParsableArguments {
    @Flag(help: "Write JSON Lines: one object a line, for programs.")
    var json = false
}
