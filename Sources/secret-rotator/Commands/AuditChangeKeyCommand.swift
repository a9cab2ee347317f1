import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import TransparencyLog

struct AuditChangeKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change-key",
        abstract: "Record in the history that another key signs its checkpoints.",
        discussion: """
            The entry has a statement that is signed by the key of keys.audit and by the new one: who trusts one of the keys \
            can trust the other. Then set keys.audit to the new file and reload the daemon: until then nothing is signed. \
            Give the new verifier key to the auditors and the witnesses. A key of another origin begins a new log for \
            witnesses: that is the way on where they refuse a history that was restored.

            Example: secret-rotator audit change-key /etc/secret-rotator/audit-2027.key
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The new key's file, as keygen audit made it.", completion: .file())
    var file: String
    @Option(help: ArgumentHelp("The former key can't sign any more: why.", valueName: "reason")) var formerKeyLost:
        String?

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let key = try configuration.readAuditKey(at: file, isOfThisLog: false)
            let change = try change(to: key.verifier, configuration)
            let statement = change.note([try key.sign(change.text)])
            let operation = ChangeAuditKey(
                key: key.verifierKey,
                statement: String(decoding: statement, as: UTF8.self),
                reason: formerKeyLost
            )
            _ = try await Control.perform(operation, configuration)
            printText("checkpoints are signed by \(key.verifierKey) from now on")
            printError(
                "set keys.audit to \(file) (and audit.origin to \(key.name)), and reload the daemon: until then nothing is signed\n"
            )
        }
    }

    private func change(to key: VerifierKey, _ configuration: Configuration) throws -> KeyChange {
        let history = try Database.read(configuration)
        defer { history.close() }
        guard let former = try history.auditKey() else {
            throw ControlFailure(status: .failed, message: "\(AuditKeyRefusal.noFormerKey)")
        }
        guard let change = KeyChange(from: former, to: key) else {
            throw ControlFailure(status: .failed, message: "\(AuditKeyRefusal.unsuitable)")
        }
        return change
    }
}
