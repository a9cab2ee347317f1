import ArgumentParser
import ControlAPI
import Foundation
import Reporting
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import TransparencyLog

struct AuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify that no entry of the audit log was changed.",
        discussion: """
            Reads all entries, and compares them with the stored Merkle tree and with each signed checkpoint: those of \
            the database and those given by --checkpoint. Checks the cosignatures of the witnesses in audit.witnesses, and \
            that each rotation ended as the log says. Prints what is damaged. Exits with 1 if anything is wrong.

            With --proof, verifies one entry without a database: standard input is the entry, as audit show --json \
            prints it.

            Examples:
              secret-rotator audit verify --checkpoint /mnt/other-host/checkpoints
              secret-rotator audit verify --proof 12.tlog-proof --key "$VKEY" < entry-12.json
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @Option(help: "A file of checkpoints that were kept elsewhere; may be given several times.") var checkpoint:
        [String] = []
    @Option(help: "A file that audit archive wrote: compare its lines, too; may be given several times.") var archive:
        [String] = []
    @Option(help: "A verifier key of the log, as keygen audit printed it; from keys.audit if not given.") var key:
        [String] = []
    @Option(help: "A tlog-proof: verify the entry on standard input by it.") var proof: String?
    @Option(help: "With --proof: a policy file (C2SP tlog-policy) of keys and witnesses.") var policy: String?

    func validate() throws {
        if policy != nil && proof == nil { throw ValidationError("--policy needs --proof") }
        if proof != nil && !archive.isEmpty { throw ValidationError("--archive needs the database") }
        if proof != nil && !checkpoint.isEmpty { throw ValidationError("--proof has its own checkpoint") }
        if proof != nil && key.isEmpty && policy == nil { throw ValidationError("--proof needs --key or --policy") }
    }

    func run() async throws {
        try await reportingFailures {
            if let proof {
                try verifyProof(proof)
            } else {
                let configuration = try global.load()
                let verified = try await verifyLog(configuration)
                await AuditReading.record(.verified(verified), configuration)
                if verified.problems > 0 { throw ExitCode(1) }
            }
        }
    }

    // MARK: The log

    private func verifyLog(_ configuration: Configuration) async throws -> Audit.AuditVerified {
        let keys = try AuditKeys.verifying(key, configuration)
        let kept = try checkpoint.flatMap { path in
            let found = try CheckpointFile(path: path).read()
            guard !found.isEmpty else {
                throw ControlFailure(status: .failed, message: "\(path): there is no checkpoint in it")
            }
            return found
        }
        let history = try await history(configuration, with: kept.map(\.checkpoint.size).max() ?? 0)
        defer { history.close() }
        let result = try history.verify(kept, keys: keys, witnesses: AuditKeys.witnesses(configuration))
        if listing.json {
            print(VerificationWording.json(result, hasKey: !keys.isEmpty).canonicalText)
        } else {
            for line in VerificationWording.lines(result, hasKey: !keys.isEmpty) { printText(line) }
        }
        let altered = try archive.reduce(0) { try $0 + check(archive: $1, history) }
        return Audit.AuditVerified(
            checkpoints: result.checkpoints,
            entries: result.entries,
            problems: result.problems.count + altered,
            signaturesChecked: !keys.isEmpty
        )
    }

    /// How long the copy may take to get the entries of a checkpoint: it is at most two seconds behind.
    private static let patience = Duration.seconds(10)

    /// Opens the history; where an auditor reads the copy, once it has so many entries, or has had the time for it.
    ///
    /// A checkpoint comes from the daemon at once, and the copy follows: entries that are not there yet are not removed ones.
    private func history(_ configuration: Configuration, with entries: UInt64) async throws -> History {
        let end = ContinuousClock.now + Self.patience
        let readsCopy = access(configuration.database, R_OK) != 0
        while readsCopy, entries > 0, ContinuousClock.now < end {
            let copy = try Database.read(configuration, isQuiet: true)
            defer { copy.close() }
            if try UInt64(clamping: copy.newestEntry) >= entries { break }
            try await Task.sleep(for: .milliseconds(250))
        }
        return try Database.read(configuration)
    }

    /// Compares a file of archived lines with the hashes that were kept.
    ///
    /// - Returns: The number of ranges that differ.
    private func check(archive path: String, _ history: History) throws -> Int {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw ControlFailure(status: .inputOutput, message: "\(path) can't be read")
        }
        let result: ArchiveCheck.Result
        do { result = try ArchiveCheck(history).run(file) } catch let error as ArchiveCheck.Unreadable {
            throw ControlFailure(status: .failed, message: "\(path): \(error)")
        }
        if listing.json {
            print(VerificationWording.json(result, path).canonicalText)
        } else {
            for line in VerificationWording.lines(result, path) { printText(line) }
        }
        return result.altered.count
    }

    // MARK: One entry

    private func verifyProof(_ path: String) throws {
        let proof: TransparencyProof = try Self.parse(path) { try TransparencyProof($0) }
        let trust: TrustPolicy? = try policy.map { try Self.parse($0) { try TrustPolicy($0) } }
        let keys = try key.map(AuditKeys.verifier)
        var line = Array(FileHandle.standardInput.readDataToEndOfFile())
        if line.last == 0x0A { line.removeLast() }
        do {
            if let trust {
                _ = try proof.verify(leaf: .leaf(line), policy: trust, logKeys: keys)
            } else {
                try proof.checkpoint.verify(logKeys: keys)
                try proof.verifyInclusion(of: .leaf(line))
            }
        } catch {
            throw ControlFailure(status: .failed, message: "\(path): \(error)")
        }
        if listing.json {
            print(VerificationWording.json(proof).canonicalText)
        } else {
            printText(VerificationWording.line(proof))
        }
    }

    /// Reads a file in one of the log's formats.
    private static func parse<T>(_ path: String, _ read: ([UInt8]) throws -> T) throws -> T {
        do { return try read(CheckpointFile.bytes(of: path)) } catch let error as FormatError {
            throw ControlFailure(status: .failed, message: "\(path): \(error)")
        }
    }
}
