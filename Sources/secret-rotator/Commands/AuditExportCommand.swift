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

struct AuditExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write entries of the audit log to a file, with a manifest beside it.",
        discussion: """
            Formats: jsonl has exactly the bytes of the log's leaves, one a line, so that anyone can verify it; csv is for \
            spreadsheets, and no cell of it is taken for a formula; ocsf has an event of the Open Cybersecurity Schema \
            Framework a line.

            The manifest is a JSON object: the range and number of the entries, the query, the newest checkpoint and the \
            SHA-256 of the file. It goes to FILE.manifest.json, or to --manifest; never to standard output.

            The export is recorded in the history, where a daemon runs.

            Examples:
              secret-rotator audit export --output history.jsonl
              secret-rotator audit export --format csv --since 2026-01-01 --until 2026-12-31 --output 2026.csv
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var choice: AuditQueryOptions
    @Option(help: "jsonl, csv or ocsf.") var format = "jsonl"
    @Option(name: [.short, .long], help: "The file; standard output if absent.", completion: .file()) var output:
        String?
    @Option(help: "The manifest's file.", completion: .file()) var manifest: String?

    func run() async throws {
        try await reportingFailures {
            guard let format = ExportFormat(rawValue: format) else {
                throw ControlFailure(status: .usage, message: "--format: \(format) is none of jsonl, csv, ocsf")
            }
            let now = SystemClock().now
            let query = try choice.query(now: now)
            let configuration = try global.load()
            let summary = try export(query, format, configuration)
            if let path = manifest ?? output.map({ $0 + ".manifest.json" }) {
                let name = output.map { URL(filePath: $0).lastPathComponent }
                let manifest = ExportManifest(of: summary, query: query, format: format, file: name, now: now)
                try OutputFile.reporting { try OutputFile.write(manifest.text(version: programVersion), to: path) }
            }
            report(summary)
            await AuditReading.record(.exported(Self.event(summary, query, format)), configuration)
        }
    }

    private func export(
        _ query: AuditQuery,
        _ format: ExportFormat,
        _ configuration: Configuration
    ) throws -> AuditExport.Summary {
        let history = try Database.read(configuration)
        defer { history.close() }
        try Database.noteArchive(history)
        return try OutputFile.reporting {
            try AuditExport(of: query, from: history, as: format).write(to: OutputFile(path: output))
        }
    }

    /// Says on standard error what was written, and what the checkpoint does not cover.
    private func report(_ summary: AuditExport.Summary) {
        let range = summary.first.flatMap { first in summary.last.map { " (\(first) to \($0))" } } ?? ""
        let count = summary.count == 1 ? "1 entry" : "\(summary.count) entries"
        printError("\(count)\(range), \(summary.bytes) bytes, SHA-256 \(summary.sha256)\n")
        let size = Int64(clamping: summary.checkpoint?.checkpoint.size ?? 0)
        if let last = summary.last, last > size {
            printError(
                "entries after \(size) have no signed checkpoint yet: secret-rotator audit checkpoint signs one\n"
            )
        }
    }

    private static func event(
        _ summary: AuditExport.Summary,
        _ query: AuditQuery,
        _ format: ExportFormat
    ) -> Audit.AuditExported {
        let seqs = summary.first.flatMap { first in summary.last.map { first...$0 } }
        return Audit.AuditExported(
            count: summary.count,
            seqs: seqs,
            format: format.rawValue,
            query: query.json.canonicalText,
            sha256: summary.sha256
        )
    }
}
