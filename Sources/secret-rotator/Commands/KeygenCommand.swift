import ArgumentParser
import ControlAPI
import Glibc
import RotationCore
import RotationDaemon
import RotationStore
import TransparencyLog

struct KeygenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Make a key file (mode 0600).",
        discussion: """
            staging  encrypts new values on disk until they are delivered.
            audit    signs the history's checkpoints; the verifier key, which is public, goes to standard output.
            witness  cosigns the checkpoints of other hosts; the verifier key goes to standard output.

            Examples:
              secret-rotator keygen staging --output /etc/secret-rotator/staging.key
              secret-rotator keygen audit --output audit.key --origin ops1.example.com/secret-rotator > audit.pub
              secret-rotator keygen witness --output witness.key --origin witness.example.com/w1 > witness.pub
            """
    )

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case staging
        case audit
        case witness
    }

    @Argument(help: "staging, audit or witness.") var kind: Kind
    @Option(name: .shortAndLong, help: "The new file; an existing file is never overwritten.") var output: String
    @Option(
        help: """
            For audit: the log's name, equal to audit.origin; HOST/secret-rotator if absent. For witness: its name; \
            HOST/witness if absent.
            """
    ) var origin: String?

    func validate() throws {
        if kind == .staging && origin != nil { throw ValidationError("--origin goes with audit and witness only") }
    }

    func run() async throws {
        try await reportingFailures {
            switch kind {
            case .staging:
                try write(StagingKey.makeFileText())
                printError("wrote \(output)\n")
            case .audit:
                let key = try named("secret-rotator") { try SignedNoteKey(name: $0) }
                try write(key.fileText)
                printError("wrote \(output), origin \(key.name)\n")
                print(key.verifierKey)
            case .witness:
                let key = try named("witness") { try CosignatureKey(name: $0) }
                try write(key.fileText)
                printError("wrote \(output), name \(key.name)\n")
                print(key.verifier)
            }
        }
    }

    /// Makes a key with the given name, or with the host's.
    private func named<Key>(_ suffix: String, _ make: (String) throws -> Key) throws -> Key {
        do {
            return try make(origin ?? "\(Host.origin().host)/\(suffix)")
        } catch {
            throw ControlFailure(status: .usage, message: "--origin: \(error)")
        }
    }

    private func write(_ text: String) throws {
        let file = open(output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            let status: ControlFailure.Status = errno == EACCES ? .notPermitted : .inputOutput
            throw ControlFailure(status: status, message: "\(output): \(String(cString: strerror(errno)))")
        }
        defer { close(file) }
        let bytes = Array(text.utf8)
        guard Glibc.write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(output)
            throw ControlFailure(status: .inputOutput, message: "\(output): \(reason)")
        }
    }
}
