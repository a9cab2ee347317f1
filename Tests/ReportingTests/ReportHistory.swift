import Reporting
import RotationCore
import RotationStore
import Scheduling
import TestSupport
import ValueGenerators

/// A report on a history that a closure writes.
enum ReportHistory {
    static let start = Instant(rfc3339: "2026-09-01T00:00:00Z") ?? .distantPast
    static let end = Instant(rfc3339: "2026-10-01T00:00:00Z") ?? .distantPast

    /// An instant so many days after the range's start.
    static func day(_ days: Double) -> Instant {
        start.advanced(by: .milliseconds(Int64((days * 86_400_000).rounded())))
    }

    static let sound = AuditReport.Verification(
        isSound: true,
        entries: 1,
        root: nil,
        checkpoints: 0,
        provenUpTo: 0,
        signaturesChecked: false,
        checkpoint: nil,
        problems: [],
        conclusion: "OK: no entry was changed"
    )

    static func report(
        limits: ReportBuilder.Limits = .init(),
        archivedBefore: Instant? = nil,
        _ write: (SyntheticHistory) throws -> Void
    ) async throws -> AuditReport {
        try await TemporaryFolder.with { folder in
            let path = folder.file("rotator.db")
            let synthetic = try SyntheticHistory(path: path)
            try write(synthetic)
            try synthetic.finish()
            var verification = sound
            if let archivedBefore {
                verification.archived = try SyntheticHistory.deleteLines(of: path, before: archivedBefore)
            }
            let history = try History(path: path, generators: BuiltInGenerators())
            defer { history.close() }
            guard let period = ReportPeriod(start: start, end: end) else {
                throw NeverHappened(description: "a period")
            }
            return try ReportBuilder.report(
                on: history,
                period,
                verification: verification,
                producer: "test",
                now: end,
                limits: limits
            )
        }
    }
}
