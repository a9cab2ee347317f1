import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationDaemon

struct AuditCheckpointCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Sign the head of the audit log now, and print the checkpoint.",
        discussion: """
            A checkpoint is a signed note (C2SP tlog-checkpoint) of the number of entries and the root of their Merkle \
            tree. Keep it on another host: audit verify --checkpoint proves later that no entry up to it was changed.

            Example: secret-rotator audit checkpoint > checkpoint-2026-11-26
            """
    )

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        try await reportingFailures {
            let (answer, _) = try await Control.perform(SignCheckpoint(), try global.load())
            print(answer.note, terminator: "")
        }
    }
}
