import RotationCore
import RotationStore
import Scheduling

/// Reads rows, and keeps sums and what is shown.
extension ReportBuilder {
    // MARK: Rotations

    mutating func readRotations() throws {
        let (period, buckets) = (report.period, report.buckets)
        var errors: [String: Int] = [:]
        try history.eachRotation(.rotations(openedBefore: period.end)) { row in
            let key = SecretKey(hub: row.hub, alias: row.alias)
            secrets[key, default: SecretFigures(key)].take(row, period, buckets)
            if row.outcome == "failed", row.endedAt.map(period.contains) == true {
                errors[row.error ?? "unknown", default: 0] += 1
            }
        }
        report.errors = errors.map { (name: $0.key, count: $0.value) }
    }

    mutating func readMissed() throws {
        try history.eachEntry(report.missedFigure.query) { row in
            guard let key = row.secret else { return }
            let detail = EntryDetail(row.detail)
            secrets[key, default: SecretFigures(key)].miss(bucket: report.buckets.index(of: row.time))
            report.missed.add(
                AuditReport.Miss(
                    seq: row.seq,
                    time: row.time,
                    secret: key,
                    slot: detail.instant("scheduled_for"),
                    reason: detail.text("error") ?? "",
                    nextDue: detail.instant("next_due")
                )
            )
        }
    }

    // MARK: Requests

    mutating func readRequests() throws {
        var group: AuditReport.Emergency?
        try history.eachEntry(report.emergencyFigure.query) { row in
            guard let key = row.secret else { return }
            let next = AuditReport.Emergency(row, key)
            if group?.join(next) == true { return }
            if let group { report.emergencies.add(group) }
            group = next
        }
        if let group { report.emergencies.add(group) }
        report.emergencies.trim()
        let history = history
        try report.emergencies.update { group in
            for request in group.requests {
                let result = try history.result(of: request)
                group.outcomes[result.map { $0.outcome ?? "open" } ?? "waiting", default: 0] += 1
                guard result?.outcome == "succeeded", let end = result?.endedAt else { continue }
                group.longest = max(group.longest ?? .zero, group.time.duration(to: end))
            }
        }
    }

    // MARK: Entries

    mutating func readSchedules() throws {
        try readEarlierSchedules()
        let (period, counted) = (report.period, ["schedule.added", "schedule.changed", "schedule.removed"])
        try history.eachChange(.changes(to: period.end)) { row in
            guard let key = row.secret else { return }
            let detail = EntryDetail(row.detail)
            if period.contains(row.time), counted.contains(row.event) {
                report.changes.add(AuditReport.Note(change: row, detail))
            }
            stories[key, default: ScheduleStory()].take(row, detail)
        }
    }

    /// Schedules whose addition was archived begin with the first entry that is kept.
    private mutating func readEarlierSchedules() throws {
        guard let start = report.keptSince, start < report.period.end else { return }
        var earlier = EarlierSchedules()
        try history.eachChange(HistoryQuery(from: "schedule_changes", where: "true")) { row in
            if let key = row.secret { earlier.take(row, key, EntryDetail(row.detail)) }
        }
        for (key, terms) in earlier.removed { stories[key] = ScheduleStory(knownSince: start, terms) }
        try history.forEachSchedule { schedule in
            let key = SecretKey(hub: schedule.secret.hub, alias: schedule.secret.alias.text)
            guard let terms = earlier.terms(of: key, now: schedule.definition.fields) else { return }
            stories[key] = ScheduleStory(knownSince: start, terms, earlier.hasPauses(key) ? nil : schedule.pause)
        }
    }

    mutating func readNotes() throws {
        try history.eachEntry(report.decisionsFigure.query) { report.decisions.add(AuditReport.Note($0)) }
        try history.eachEntry(report.incidentsFigure.query) { report.incidents.add(AuditReport.Note($0)) }
        try history.eachEntry(ReportQueries.standing(report.period)) { row in
            guard let key = row.secret else { return }
            switch row.event {
            case "drift.found":
                drift[key, default: [:]][EntryDetail(row.detail).text("error") ?? "value_unknown"] = row.time
            case "rotation.parked": parked[key] = row
            default: parked[key] = nil
            }
        }
    }

    mutating func readDaemonLife() throws {
        var life = DaemonLife(report.period)
        let history = history
        try history.eachEntry(ReportQueries.daemonLife(report.period)) { row in
            try life.take(row) { try history.daemonLastSeen(before: row.seq) }
        }
        life.finish()
        for gap in life.gaps { report.gaps.add(gap) }
        (report.downtime, report.daemonKnownSince) = (life.downtime, life.knownSince)
    }
}

extension EntryRow {
    /// The secret that the entry is about; nil where there is none.
    var secret: SecretKey? {
        guard let hub, let alias else { return nil }
        return SecretKey(hub: hub, alias: alias)
    }
}

extension EntryDetail {
    func instant(_ key: String) -> Instant? { text(key).flatMap { Instant(rfc3339: $0) } }
}

extension SecretFigures.Cell {
    mutating func add(_ other: SecretFigures.Cell) {
        succeeded += other.succeeded
        failed += other.failed
        abandoned += other.abandoned
        missed += other.missed
    }
}
