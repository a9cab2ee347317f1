package import RotationStore
package import Scheduling

/// When the daemon ran, from its starts and stops.
package struct DaemonLife {
    private let period: ReportPeriod
    /// When it stopped, where it did so by itself.
    private var stoppedAt: Instant?
    private var isFirst = true
    /// Since when the history knows the daemon.
    package private(set) var knownSince: Instant?
    /// The times without it that touch the period.
    package private(set) var gaps: [AuditReport.Gap] = []
    /// How long these are within the period.
    package private(set) var downtime: Duration = .zero

    package init(_ period: ReportPeriod) { self.period = period }

    /// Takes the next start or stop.
    ///
    /// - Parameter lastSeen: When the daemon last wrote before.
    package mutating func take(_ row: EntryRow, lastSeen: () throws -> Instant?) rethrows {
        guard row.event == "daemon.started" else {
            stoppedAt = row.time
            return
        }
        defer { (stoppedAt, isFirst, knownSince) = (nil, false, knownSince ?? row.time) }
        guard !isFirst else { return }
        if let stoppedAt {
            add(AuditReport.Gap(start: stoppedAt, end: row.time, wasGraceful: true))
        } else if row.time >= period.start, let seen = try lastSeen() {
            add(AuditReport.Gap(start: seen, end: row.time, wasGraceful: false))
        }
    }

    /// Takes that no more come.
    package mutating func finish() {
        if let stoppedAt { add(AuditReport.Gap(start: stoppedAt, end: nil, wasGraceful: true)) }
    }

    private mutating func add(_ gap: AuditReport.Gap) {
        let (start, end) = (max(gap.start, period.start), min(gap.end ?? period.end, period.end))
        guard start < end else { return }
        gaps.append(gap)
        downtime += start.duration(to: end)
    }
}
