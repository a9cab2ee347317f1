import ArgumentParser

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Read and verify the history.",
        subcommands: [
            AuditListCommand.self, AuditShowCommand.self, AuditVerifyCommand.self, AuditCheckpointCommand.self,
            AuditProveCommand.self, AuditExportCommand.self, AuditReportCommand.self, AuditArchiveCommand.self,
            AuditChangeKeyCommand.self, AuditPolicyCommand.self,
        ]
    )
}
