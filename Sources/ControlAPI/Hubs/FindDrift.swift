package import RotationCore
package import Scheduling

/// Holds what a hub lists, and its own audit log where that is configured, against the history.
package struct FindDrift: HubOperation {
    /// What was found.
    package typealias Answer = DriftReport
    package static let path = "drift"
    package static let right = Right.look
    package var hub: String

    package init(hub: String) { self.hub = hub }
}

/// How a hub differs from the history.
package struct DriftReport: Codable, Hashable, Sendable {
    /// What was found, in the order of the secrets' names.
    package var findings: [Finding]
    /// The number of secrets that the hub lists.
    package var listed: Int
    /// The number of secrets of the hub that have a schedule.
    package var managed: Int
    /// Secrets that were not judged: a rotation or a change by hand was under way, or one of their rows can't be read.
    package var notJudged: Int
    /// Listed secrets without a valid alias.
    package var unnamed: Int
    /// The hub's own audit log; nil where it is not held against the history.
    package var auditLog: LogReading?

    package init(
        findings: [Finding] = [],
        listed: Int,
        managed: Int,
        notJudged: Int = 0,
        unnamed: Int = 0,
        auditLog: LogReading? = nil
    ) {
        (self.findings, self.listed, self.managed) = (findings, listed, managed)
        (self.notJudged, self.unnamed, self.auditLog) = (notJudged, unnamed, auditLog)
    }

    /// A difference, about one secret.
    package struct Finding: Codable, Hashable, Sendable {
        package var secret: SecretName
        package var kind: DriftKind
        /// When it was first found.
        package var since: Instant
        /// Whether it was not found before.
        package var isNew: Bool
        /// The hub's `updated_at`, by the hub's clock.
        package var updatedAt: Instant?
        /// The `updated_at` that our last confirmed delivery has left.
        package var lastSeen: Instant?
        /// The user that the hub names for the last change.
        package var lastUpdatedBy: String?
        /// Since when it is overdue, or when the hub's audit log says that it was changed.
        package var at: Instant?

        package init(_ stored: StoredFinding, isNew: Bool) {
            (secret, kind, since, self.isNew) = (stored.secret, stored.finding.kind, stored.since, isNew)
            updatedAt = stored.finding.updatedAt.map { Instant(milliseconds: $0) }
            lastSeen = stored.finding.lastSeen.map { Instant(milliseconds: $0) }
            (lastUpdatedBy, at) = (stored.finding.lastUpdatedBy, stored.finding.at)
        }
    }

    /// What became of reading the hub's own audit log.
    package enum LogReading: Codable, Hashable, Sendable {
        /// It has entries.
        case read(since: Instant, count: Int, unreadable: Int, isCut: Bool)
        /// It has no entries, which is no proof that nothing was changed.
        case empty(since: Instant)
        /// The organization does not have it, or the token may not read it.
        case notAvailable(String)
        /// The hub could not be asked.
        case failed(String)
    }
}
