import ArgumentParser
import RotationDaemon

struct DaemonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemon",
        abstract: "Run in the foreground and rotate what is due.",
        discussion: """
            Signals: TERM and INT stop it once the requests in flight have ended; HUP reloads the configuration and \
            the tokens; USR1 rotates every schedule that is not paused (see signals.usr1).

            Only one daemon may serve a database: a second one exits with 75.

            Example: secret-rotator --config config.yaml daemon
            """
    )

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        try await reportingFailures(Daemon.say) {
            try await Daemon.run(configurationPath: global.path) { StatusReport.problems($0, $1, now: $2) }
        }
    }
}
