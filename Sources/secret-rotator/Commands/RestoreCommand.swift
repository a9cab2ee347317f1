import ArgumentParser
import ControlAPI
import Glibc
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import ValueGenerators

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup back; accept a restored history, so that rotations continue with it.",
        discussion: """
            With a file that secret-rotator backup has written: verifies it, and puts it in the place of the history and \
            the candidates. The daemon must be stopped. What was there before is renamed, not deleted.

            A history that was restored from an older copy, or created again, does not contain the rotations since then. \
            The daemon rotates nothing with it, because an old value could replace a newer one. If there is a newer copy, \
            put it back. Otherwise compare with what the hub lists, end the open rotations that must not continue \
            (rotation list --open), and give --accept.

            Examples:
              secret-rotator restore /srv/backup/secret-rotator-2026-11-26.db
              secret-rotator restore --accept --reason 'disk lost, backup of last night'
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @Argument(help: "The backup to put back.") var file: String?
    @Flag(help: "Rotate with the present history from now on.") var accept = false
    @Option(help: "With --accept: the reason, for the audit log.") var reason: String?

    func validate() throws {
        switch (file, accept, reason) {
        case (_?, false, nil), (nil, true, _?): break
        case (_?, _, _): throw ValidationError("--accept and --reason come after the restoration, without a file")
        case (nil, true, nil): throw ValidationError("--accept needs --reason")
        case (nil, false, _):
            throw ValidationError("give a backup, or --accept to confirm that this history is the right one")
        }
    }

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            if let file {
                try restore(file, configuration)
            } else if let reason {
                try await accept(reason, configuration)
            }
        }
    }

    private func accept(_ reason: String, _ configuration: Configuration) async throws {
        let (answer, isDaemonRunning) = try await Control.perform(AcceptRestore(reason: reason), configuration)
        if listing.json {
            print(JSONValue.fields(["accepted": .string("\(answer.held)")]).canonicalText)
        } else {
            printText("accepted: \(answer.held)")
        }
        if !isDaemonRunning { printError("no daemon runs: due secrets are rotated once it is started\n") }
    }

    private func restore(_ file: String, _ configuration: Configuration) throws {
        let lock = try DaemonLock(database: configuration.database, role: .command)
        defer {
            withExtendedLifetime(lock) {}
            StateFolder.giveBack(configuration.database)
        }
        let restoration = Restoration(
            to: configuration.database,
            generators: BuiltInGenerators(),
            now: SystemClock().now
        )
        let result = try restoration.run(
            file,
            keys: AuditKeys.verifying([], configuration),
            origin: Host.origin(),
            actor: Caller.current.actor
        )
        if listing.json {
            print(BackupWording.json(result, file).canonicalText)
        } else {
            for line in BackupWording.lines(result, file) { printText(line) }
        }
    }
}
