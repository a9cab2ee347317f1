import RotationStore
import Scheduling

/// Counts by the printed SQL, and judges each secret by what was read.
extension ReportBuilder {
    // MARK: Counts

    mutating func count() throws {
        let (start, end) = (report.period.start, report.period.end)
        func figure(_ name: String, _ query: HistoryQuery) throws -> AuditReport.Figure {
            AuditReport.Figure(name: name, count: try history.count(query), query: query)
        }
        report.rotations = [
            try figure("succeeded", .rotations(endedFrom: start, to: end, " AND outcome = 'succeeded'")),
            try figure("failed", .rotations(endedFrom: start, to: end, " AND outcome = 'failed'")),
            try figure("abandoned", .rotations(endedFrom: start, to: end, " AND outcome = 'abandoned'")),
            try figure("open at the end", .rotations(openAt: end)),
        ]
        report.coverage = [
            try figure(
                "secrets with a schedule at the end",
                .scheduled(at: end, archived: report.verification.archived)
            ),
            try figure("schedules added", .changes(from: start, to: end, " AND event = 'schedule.added'")),
            try figure("schedules removed", .changes(from: start, to: end, " AND event = 'schedule.removed'")),
            try figure(
                "secrets rotated",
                HistoryQuery(
                    from: """
                        (SELECT DISTINCT hub, alias FROM rotation_history WHERE outcome = 'succeeded' AND ended_at >= \(start) AND \
                        ended_at < \(end))
                        """,
                    where: "true"
                )
            ),
        ]
        for path in Self.figures { report[keyPath: path].count = try history.count(report[keyPath: path].query) }
        report.events = try history.events(report.entriesFigure.query)
    }

    private static var figures: [WritableKeyPath<AuditReport, AuditReport.Figure>] {
        [
            \.overdue, \.missedFigure, \.emergencyFigure, \.changesFigure, \.decisionsFigure, \.incidentsFigure,
            \.gapFigure,
            \.entriesFigure,
        ]
    }

    // MARK: Each secret

    mutating func judge(_ key: SecretKey) {
        let (figures, story) = (secrets[key] ?? SecretFigures(key), stories[key] ?? ScheduleStory())
        let ages = SecretAges(figures, story, report.period, report.buckets)
        for bucket in ages.overdueBuckets { report.overdueByBucket[bucket] += 1 }
        for (bucket, cell) in figures.cells { report.allSecrets[bucket].add(cell) }
        if figures.total != SecretFigures.Cell() || story.terms != nil {
            report.timeline.add(.init(secret: key, cells: figures.cells, total: figures.total))
        }
        for episode in figures.recovered {
            report.episodes.add(episode)
            episode.end.map { report.recoveries.append(episode.start.duration(to: $0)) }
        }
        let standing = AuditReport.Standing(key, figures, story, ages, report.period)
        if standing.isScheduled || figures.total != SecretFigures.Cell() || ages.oldest != nil {
            report.standings.add(standing)
            report.verdicts[standing.verdict, default: 0] += 1
        }
        if standing.isScheduled {
            if standing.terms?.policy == nil { report.withoutPolicy += 1 }
            report.ageBands.count(ages)
        }
        let found =
            AuditReport.Exception.all(standing, figures, story, report.period)
            + (drift[key] ?? [:]).compactMap { AuditReport.Exception(drift: $0.key, since: $0.value, figures, story) }
            + [AuditReport.Exception(parked: parked[key], figures)].compactMap { $0 }
        for exception in found {
            report.exceptions.add(exception)
            report.exceptionCounts[exception.kind, default: 0] += 1
        }
        if let failing = figures.failing { report.episodes.add(failing) }
    }
}
