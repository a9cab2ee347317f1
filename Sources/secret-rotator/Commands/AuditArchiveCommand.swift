import ArgumentParser
import ControlAPI
import Foundation
import Reporting
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling
import TransparencyLog

struct AuditArchiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive",
        abstract: "Move the oldest entries of the audit log to a file.",
        discussion: """
            Entries older than --before, up to a signed checkpoint, go to the file: JSON Lines, exactly the leaves of the \
            log. A manifest beside it has their SHA-256, the checkpoint, and the proof that the log has gone on from it. \
            When both are on the disk, the lines are deleted from the database, which is recorded in the history. Their \
            hashes stay: audit verify still proves the whole log, and audit verify --archive FILE the file.

            Only the history's lines are moved; rotations, attempts and schedules stay.

            Example: secret-rotator audit archive --before 2025-01-01 --output /mnt/archive/history-2024.jsonl
            """
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: "Entries from this time on stay: a date (UTC), an instant in RFC 3339, or an age (365d).")
    var before: String
    @Option(name: [.short, .long], help: "The file, which must not exist.", completion: .file()) var output: String
    @Flag(help: "Only say which entries would be moved.") var dryRun = false

    func run() async throws {
        try await reportingFailures {
            let now = SystemClock().now
            guard let bound = (try? TimeRange(from: before, to: nil, now: now))?.start else {
                throw ControlFailure(status: .usage, message: "--before: \(TimeRange.Unreadable(text: before))")
            }
            guard !FileManager.default.fileExists(atPath: output) else {
                throw ControlFailure(status: .inputOutput, message: "\(output) exists already")
            }
            let configuration = try global.load()
            guard let archive = try write(before: bound, configuration, now) else {
                return printText("nothing to archive: no signed checkpoint has older entries only")
            }
            let count = archive.seqs.count == 1 ? "1 entry" : "\(archive.seqs.count) entries"
            let range = "\(count) (\(archive.seqs.lowerBound) to \(archive.seqs.upperBound))"
            guard !dryRun else { return printText("\(range) would be archived") }
            let operation = ArchiveEntries(archive.seqs, file: archive.file, sha256: archive.sha256)
            _ = try await Control.perform(operation, configuration)
            printText("\(range) are in \(output) and no longer in the database; SHA-256 \(archive.sha256)")
        }
    }

    /// Writes the file and its manifest; nil where there is nothing to archive.
    private func write(before bound: Instant, _ configuration: Configuration, _ now: Instant) throws -> LogArchive? {
        let history = try Database.read(configuration)
        defer { history.close() }
        guard let (seqs, checkpoint) = try history.archivable(before: bound) else { return nil }
        let name = URL(filePath: output).lastPathComponent
        guard !dryRun else { return LogArchive(seqs: seqs, file: name, sha256: "") }
        return try OutputFile.reporting {
            let query = AuditQuery(seqs)
            let summary = try AuditExport(of: query, from: history, as: .jsonl).write(to: OutputFile(path: output))
            let archive = LogArchive(seqs: seqs, file: name, sha256: summary.sha256)
            let manifest = ArchiveManifest(
                of: archive,
                bytes: summary.bytes,
                checkpoint: checkpoint,
                proof: try Self.proof(checkpoint.checkpoint, summary.checkpoint, history),
                now: now
            )
            try OutputFile.write(manifest.text(version: programVersion), to: output + ".manifest.json")
            return archive
        }
    }

    private static func proof(
        _ checkpoint: Checkpoint,
        _ newest: SignedCheckpoint?,
        _ history: History
    ) throws -> (head: SignedCheckpoint, hashes: [MerkleHash])? {
        guard let newest, newest.checkpoint.size > checkpoint.size else { return nil }
        return try history.consistency(from: checkpoint.size, to: newest.checkpoint.size).map { (newest, $0) }
    }
}
