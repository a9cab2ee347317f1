package import RotationStore
package import Scheduling

/// Makes a report: reads the history once, in one state, and keeps sums and what is shown.
package struct ReportBuilder {
    let history: History
    var report: AuditReport
    var secrets: [SecretKey: SecretFigures] = [:]
    var stories: [SecretKey: ScheduleStory] = [:]
    /// When each kind of difference between the hub and the history was last found.
    var drift: [SecretKey: [String: Instant]] = [:]
    /// When the last rotation of a secret was parked.
    var parked: [SecretKey: EntryRow] = [:]

    /// How many rows tables have.
    package struct Limits: Sendable {
        package var standings = 2000
        package var timeline = 250
        package var details = 300

        package init() {}
    }

    /// Makes the report of a period.
    ///
    /// - Parameters:
    ///   - verification: What was found of the log, in the same state.
    ///   - producer: The program and its version.
    package static func report(
        on history: History,
        _ period: ReportPeriod,
        verification: AuditReport.Verification,
        producer: String,
        now: Instant,
        limits: Limits = Limits()
    ) throws -> AuditReport {
        try history.openViews()
        return try history.snapshot {
            var builder = ReportBuilder(history, period, verification, producer, now, limits)
            try builder.read()
            return builder.report
        }
    }

    private init(
        _ history: History,
        _ period: ReportPeriod,
        _ verification: AuditReport.Verification,
        _ producer: String,
        _ now: Instant,
        _ limits: Limits
    ) {
        self.history = history
        let figure = { (name: String, query: HistoryQuery) in AuditReport.Figure(name: name, count: 0, query: query) }
        report = AuditReport(
            period: period,
            madeAt: now,
            producer: producer,
            buckets: Buckets(period),
            verification: verification,
            overdue: figure("secrets overdue at the end", .overdue(at: period.end, archived: verification.archived)),
            standings: Capped(limit: limits.standings) { ($0.verdict, $0.secret) < ($1.verdict, $1.secret) },
            timeline: Capped(limit: limits.timeline) {
                ($1.trouble, $0.secret) < ($0.trouble, $1.secret)
            },
            episodes: Capped(limit: limits.details) { $0.start > $1.start },
            exceptions: Capped(limit: limits.details) {
                ($0.kind.rawValue, $0.since, $0.secret) < ($1.kind.rawValue, $1.since, $1.secret)
            },
            missed: Capped(limit: limits.details) { $0.seq > $1.seq },
            missedFigure: figure("missed slots", ReportQueries.missed(period)),
            emergencies: Capped(limit: limits.details) { $0.seq > $1.seq },
            emergencyFigure: figure("requests", ReportQueries.requested(period)),
            changes: Capped(limit: limits.details) { $0.seq > $1.seq },
            changesFigure: figure("changes of schedules", ReportQueries.changes(period)),
            decisions: Capped(limit: limits.details) { $0.seq > $1.seq },
            decisionsFigure: figure("decisions", ReportQueries.decisions(period)),
            incidents: Capped(limit: limits.details) { $0.seq > $1.seq },
            incidentsFigure: figure("entries", ReportQueries.incidents(period)),
            gaps: Capped(limit: limits.details) { $0.start > $1.start },
            gapFigure: figure("starts of the daemon", ReportQueries.starts(period)),
            entriesFigure: figure("entries in the range", .entries(from: period.start, to: period.end))
        )
        report.overdueByBucket = Array(repeating: 0, count: report.buckets.count)
        report.allSecrets = Array(repeating: SecretFigures.Cell(), count: report.buckets.count)
    }

    private mutating func read() throws {
        report.head = try history.head()
        report.keptSince = try history.firstTime(after: report.verification.archived)
        try readRotations()
        try readSchedules()
        try readMissed()
        try readRequests()
        try readNotes()
        try readDaemonLife()
        try count()
        for key in Set(secrets.keys).union(stories.keys).union(drift.keys) { judge(key) }
        report.recoveries.sort()
        report.errors.sort { ($1.count, $0.name) < ($0.count, $1.name) }
        trim()
    }

    private mutating func trim() {
        report.standings.trim()
        report.timeline.trim()
        report.episodes.trim()
        report.exceptions.trim()
        report.missed.trim()
        report.changes.trim()
        report.decisions.trim()
        report.incidents.trim()
        report.gaps.trim()
    }
}
