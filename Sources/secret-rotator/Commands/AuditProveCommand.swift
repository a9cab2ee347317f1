import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationDaemon
import RotationStore
import TransparencyLog

struct AuditProveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Print the proof that an entry is in the log that a checkpoint has signed.",
        discussion: """
            The proof is a C2SP tlog-proof with the newest checkpoint that the quorum of witnesses has cosigned, or else \
            the newest one. Its reader needs the entry, the proof and the \
            log's verifier key, but no database: audit verify --proof.

            Example: secret-rotator audit prove 12 > 12.tlog-proof
            """
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The entry's number.") var seq: Int64

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let quorum = WitnessQuorum(configuration.audit)
            let history = try Database.read(configuration)
            defer { history.close() }
            let isArchived = try seq > 0 && seq <= history.archived()
            guard try isArchived || history.auditLine(seq) != nil else {
                throw ControlFailure(status: .failed, message: "the audit log has no entry \(seq)")
            }
            guard let proof = try history.proof(of: seq, quorum) else {
                let message = "no checkpoint includes entry \(seq) yet: secret-rotator audit checkpoint signs one"
                throw ControlFailure(status: .failed, message: message)
            }
            let cosigned = (try? proof.checkpoint.cosignatures(of: quorum.members.map(\.key)))?.map(\.key) ?? []
            if Set(cosigned).count < quorum.threshold {
                printError(
                    "too few witnesses for the policy's quorum have cosigned a checkpoint with this entry so far\n"
                )
            }
            print(String(decoding: proof.bytes, as: UTF8.self), terminator: "")
        }
    }
}
