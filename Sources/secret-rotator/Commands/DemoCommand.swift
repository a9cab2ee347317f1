import ArgumentParser
import RotationDaemon

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run a demonstration: a local hub, a daemon and a few rotations, then the history.",
        discussion: """
            It takes about ten seconds, needs no configuration and leaves nothing behind.

            Example: secret-rotator demo
            """
    )

    func run() async throws {
        try await reportingFailures {
            try await Demo.run()
        }
    }
}
