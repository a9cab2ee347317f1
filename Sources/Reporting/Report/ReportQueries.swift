import RotationStore
import Scheduling

/// The queries of a report.
enum ReportQueries {
    /// Events that are a person's decision, where a person is their actor.
    static let decisionEvents: HistoryQuery.Part = """
         AND (event IN ('rotation.decided', 'rotation.abandoned', 'restore.accepted', 'schedule.paused', 'schedule.resumed') OR (event \
        IN ('hub.resumed', 'rotation.parked', 'candidate.kept') AND actor_kind = 'user') OR (event IN ('rotation.requested', \
        'secret.attempted') AND json_extract(detail, '$.despite_hold') IS NOT NULL))
        """

    /// Events that are trouble of the host, the hub or the daemon.
    static let incidentEvents: HistoryQuery.Part = """
         AND event IN ('access.refused', 'clock.skewed', 'configuration.rejected', 'storage.replaced', 'fence.lost', 'restore.held', \
        'candidate.kept', 'drift.found', 'hub.suspended', 'hub.resumed', 'request.dropped', 'secret.created', 'secret.updated', \
        'secret.deleted', 'secret.failed')
        """

    static func missed(_ period: ReportPeriod) -> HistoryQuery {
        .entries(from: period.start, to: period.end, " AND event = 'rotation.missed'")
    }

    static func requested(_ period: ReportPeriod) -> HistoryQuery {
        .entries(from: period.start, to: period.end, " AND event = 'rotation.requested'")
    }

    static func changes(_ period: ReportPeriod) -> HistoryQuery {
        .changes(
            from: period.start,
            to: period.end,
            " AND event IN ('schedule.added', 'schedule.changed', 'schedule.removed')"
        )
    }

    static func decisions(_ period: ReportPeriod) -> HistoryQuery {
        .entries(from: period.start, to: period.end, decisionEvents)
    }

    static func incidents(_ period: ReportPeriod) -> HistoryQuery {
        .entries(from: period.start, to: period.end, incidentEvents)
    }

    static func daemonLife(_ period: ReportPeriod) -> HistoryQuery {
        HistoryQuery(
            from: "audit_entries",
            where: "time < \(period.end) AND event IN ('daemon.started', 'daemon.stopped')"
        )
    }

    static func starts(_ period: ReportPeriod) -> HistoryQuery {
        .entries(from: period.start, to: period.end, " AND event = 'daemon.started'")
    }

    /// What tells, before the period's end, which values are unknown and which rotations were parked.
    static func standing(_ period: ReportPeriod) -> HistoryQuery {
        HistoryQuery(
            from: "audit_entries",
            where: "time < \(period.end) AND event IN ('drift.found', 'rotation.parked', 'rotation.unparked')"
        )
    }
}
