import ArgumentParser
import RotationDaemon

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "See it work: a local hub, a daemon and a handful of rotations, then the history.",
        discussion: """
            Takes some ten seconds, needs no configuration and leaves nothing behind.

            Example: secret-rotator demo
            """
    )

    func run() async throws {
        try await reportingFailures {
            try await Demo.run()
        }
    }
}
