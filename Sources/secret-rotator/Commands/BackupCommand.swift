import ArgumentParser
import Glibc
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import TransparencyLog
import ValueGenerators

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the history and the sealed candidates into one file, and verify it.",
        discussion: """
            Also while the daemon runs, which is not held up. The file has no value in clear: candidates are sealed with \
            the staging key, which is not in it and must be kept elsewhere. Only root and the daemon's user can make one. \
            secret-rotator restore puts it back.

            Exits with 1 if the audit log in it does not verify; the file is written all the same.

            Example: secret-rotator backup /srv/backup/secret-rotator-$(date +%F).db
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @Argument(help: "The file to write; one that is there is replaced once the new one is complete.") var file: String

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            try StateFolder.requireOwner(of: configuration.database)
            let summary = try Backup.write(
                configuration.database,
                to: file,
                keys: AuditKeys.verifying([], configuration),
                generators: BuiltInGenerators(),
                now: SystemClock().now
            )
            if listing.json {
                print(BackupWording.json(summary, file).canonicalText)
            } else {
                printText(BackupWording.line(summary, file))
            }
            guard summary.problems.isEmpty else {
                printError("error: the audit log in it does not verify: see secret-rotator audit verify\n")
                throw ExitCode(1)
            }
        }
    }
}
