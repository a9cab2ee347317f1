import ArgumentParser
import ControlAPI
import RotationConfiguration
import RotationDaemon
import TransparencyLog

struct AuditPolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Print the policy by which others verify proofs: the log's key, its witnesses and their quorum.",
        discussion: """
            The policy is a C2SP tlog-policy, made from keys.audit, audit.witnesses and audit.quorum. Give it to the \
            readers of proofs once, over a way that they trust: audit verify --proof --policy needs no other keys.

            Example: secret-rotator audit policy > policy
            """
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: "The log's verifier key, as keygen audit printed it; from keys.audit if not given.") var key: String?

    func run() async throws {
        try await reportingFailures {
            let configuration = try global.load()
            let log = try key.map(Self.logKey) ?? configuration.readAuditKey().verifier
            print(WitnessQuorum(configuration.audit).policyText(log: log), terminator: "")
        }
    }

    private static func logKey(_ text: String) throws -> VerifierKey {
        guard let key = try? VerifierKey(text), key.type == .ed25519 else {
            throw ControlFailure(status: .usage, message: "--key: not the verifier key of a log")
        }
        return key
    }
}
