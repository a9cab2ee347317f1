import RotationCore
import RotationStore
import Scheduling
import Testing

@testable import Reporting

/// Each event of the audit log has its place in exports and reports, or is known to need none.
struct EventListTests {
    /// Events without an activity in OCSF that are neither a failure nor a warning.
    private static let plain: Set<AuditEventName> = [
        .restoreAccepted, .rotationRequested, .requestDropped, .rotationOpened, .rotationStaged, .generatorStep,
        .rotationAttempted, .rotationDelivered, .rotationDeferred, .rotationUnparked, .rotationDecided, .rotationClosed,
        .secretAttempted, .auditExported, .auditVerified, .auditArchived, .auditKeyChanged, .witnessCosigned,
    ]

    /// Events that no query of a report names: steps of rotations, which a report reads as rotations, and the log's own.
    private static let unreported: Set<AuditEventName> = [
        .configurationLoaded, .rotationOpened, .rotationStaged, .generatorStep, .rotationAttempted, .rotationDelivered,
        .rotationDeferred, .rotationSucceeded, .rotationFailed, .rotationClosed, .secretListed, .auditExported,
        .auditVerified, .auditArchived, .auditKeyChanged, .witnessCosigned, .witnessFailed,
    ]

    @Test func eachEventHasItsPlaceInOCSF() {
        let listed = Set(OCSFEvent.activities.keys).union(OCSFEvent.failures).union(OCSFEvent.warnings)
        Self.compare(listed, Self.plain, "OCSFEvent's activities, failures or warnings, or here in `plain`")
    }

    @Test func eachEventHasItsPlaceInReports() throws {
        let period = try #require(ReportPeriod(start: Instant(rawValue: 0), end: Instant(rawValue: 1)))
        let queries = [
            ReportQueries.missed, ReportQueries.requested, ReportQueries.changes, ReportQueries.decisions,
            ReportQueries.incidents, ReportQueries.daemonLife, ReportQueries.standing,
        ]
        let named = queries.flatMap { query in
            query(period).listSQL.matches(of: #/'([a-z]+\.[a-z_]+)'/#).map { String($0.1) }
        }
        Self.compare(Set(named), Self.unreported, "ReportQueries, or here in `unreported`")
    }

    private static func compare(_ listed: Set<String>, _ others: Set<AuditEventName>, _ place: String) {
        let all = Set(AuditEventName.allCases.map(\.rawValue))
        let rest = Set(others.map(\.rawValue))
        let (missing, invented) = (all.subtracting(listed).subtracting(rest), listed.subtracting(all))
        let twice = listed.intersection(rest)
        #expect(missing.isEmpty, "these need a place in \(place): \(missing.sorted())")
        #expect(invented.isEmpty, "these are no events: \(invented.sorted())")
        #expect(twice.isEmpty, "these have two places: \(twice.sorted())")
    }
}
