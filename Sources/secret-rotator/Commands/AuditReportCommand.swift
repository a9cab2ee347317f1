import ArgumentParser
import ControlAPI
import Reporting
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling
import TransparencyLog

struct AuditReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a report on the history for auditors: one HTML file.",
        discussion: """
            The file needs no network: coverage, age against policy, rotations and failures by secret, missed slots, exceptions, \
            rotations on demand with their reasons, policy changes, times without the daemon, and whether the history is as it \
            was written. Each count stands beside the SQL that anybody can check it by.

            --from and --to are a date (2026-11-01), which is in the range, an instant (2026-11-01T12:00:00Z) or an age (90d), \
            in UTC.

            The report is recorded in the history, where a daemon runs. Exits with 1 if audit verify would; the report is written, and says so at its top.

            Example: secret-rotator audit report --from 2026-07-01 --to 2026-09-30 -o report.html
            """
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: "Where the range begins; by default 90 days before its end.") var from: String?
    @Option(help: "Where the range ends; by default now.") var to: String?
    @Option(
        name: .shortAndLong,
        help: "The file to write; - for standard output.",
        completion: .file(extensions: ["html"])
    )
    var output: String
    @Option(help: "A verifier key of the log, as keygen audit printed it; from keys.audit if not given.") var key:
        [String] = []

    func run() async throws {
        try await reportingFailures {
            let now = SystemClock().now
            let period = try Self.period(from: from, to: to, now: now)
            let configuration = try global.load()
            let keys = try AuditKeys.verifying(key, configuration)
            let history = try Database.read(configuration)
            defer { history.close() }
            let report = try history.snapshot {
                let result = try history.verify([], keys: keys, witnesses: AuditKeys.witnesses(configuration))
                return try Self.report(history, period, result, hasKey: !keys.isEmpty, now: now)
            }
            let html = ReportPage.html(report)
            let hash = try OutputFile.reporting { try OutputFile.write(html, to: output == "-" ? nil : output) }
            await AuditReading.record(.exported(Self.event(report, period, hash)), configuration)
            if !report.verification.isSound {
                printError("error: \(report.verification.conclusion)\n")
                throw ExitCode(1)
            }
        }
    }

    /// What the history says of the report: that all of its entries were read, for a range.
    private static func event(_ report: AuditReport, _ period: ReportPeriod, _ hash: String) -> Audit.AuditExported {
        var query = AuditQuery()
        (query.start, query.end) = (period.start, period.end)
        let (first, count) = (report.verification.archived + 1, report.verification.entries)
        return Audit.AuditExported(
            count: Int(count),
            seqs: count > 0 ? first...(first + count - 1) : nil,
            format: "html",
            query: query.json.canonicalText,
            sha256: hash
        )
    }

    private static func report(
        _ history: History,
        _ period: ReportPeriod,
        _ result: LogVerification,
        hasKey: Bool,
        now: Instant
    ) throws -> AuditReport {
        let newest = try history.newestCheckpoint().map { String(decoding: $0.bytes, as: UTF8.self) }
        return try ReportBuilder.report(
            on: history,
            period,
            verification: VerificationWording.report(result, hasKey: hasKey, checkpoint: newest),
            producer: "secret-rotator \(programVersion)",
            now: now
        )
    }

    /// The range that the options name.
    static func period(from: String?, to: String?, now: Instant) throws -> ReportPeriod {
        let range: TimeRange
        do { range = try TimeRange(from: from, to: to, now: now) } catch {
            throw ControlFailure(status: .usage, message: "\(error)")
        }
        let end = range.end ?? now
        let start = range.start ?? end.advanced(by: .zero - ReportPeriod.standardLength)
        guard let period = ReportPeriod(start: start, end: end) else {
            throw ControlFailure(
                status: .usage,
                message: "--from \(start.rfc3339) is not before --to \(end.rfc3339): the range would be empty"
            )
        }
        return period
    }
}
