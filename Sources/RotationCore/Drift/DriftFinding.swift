package import Scheduling

/// The kinds of difference between a hub and the history; the raw values are stored and shown.
package enum DriftKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Another client has changed the secret since our last confirmed delivery.
    ///
    /// `updated_at` moves with the value, the description and the workspaces: which of them was changed is not known.
    case changed
    /// The secret has a schedule, and the hub does not list it.
    case missing
    /// The hub lists the secret, and it has no schedule.
    case unmanaged
    /// The secret's value is older than its schedule allows.
    case overdue
    /// The hub's audit log has a change of the secret for which the history has no attempt.
    case unknownChange = "unknown_change"

    /// The kinds that a hub's list and the schedules show, without the hub's audit log.
    package static let ofList: Set<DriftKind> = [.changed, .missing, .unmanaged, .overdue]

    /// The kinds that end with a secret's schedule.
    package static let ofSchedule: Set<DriftKind> = [.changed, .missing, .overdue, .unknownChange]

    /// The kinds that end with a successful rotation.
    ///
    /// - Parameter isConfirmed: Whether the hub's list has shown the update.
    static func ended(isConfirmed: Bool) -> Set<DriftKind> {
        isConfirmed ? [.changed, .missing, .overdue, .unknownChange] : [.overdue]
    }
}

/// A difference between a hub and the history, about one secret.
package struct DriftFinding: Hashable, Sendable {
    package var kind: DriftKind
    /// The hub's `updated_at` of a changed secret: milliseconds since 1970 by the hub's clock.
    package var updatedAt: Int64?
    /// The `updated_at` that our last confirmed delivery has left.
    package var lastSeen: Int64?
    /// The user that the hub names for the last change.
    package var lastUpdatedBy: String?
    /// Since when the secret is overdue, or when the hub's audit log says that it was changed.
    package var at: Instant?

    package init(
        _ kind: DriftKind,
        updatedAt: Int64? = nil,
        lastSeen: Int64? = nil,
        lastUpdatedBy: String? = nil,
        at: Instant? = nil
    ) {
        (self.kind, self.updatedAt, self.lastSeen) = (kind, updatedAt, lastSeen)
        (self.lastUpdatedBy, self.at) = (lastUpdatedBy, at)
    }

    /// Whether this is what was found before, and not another change of the same kind.
    package func isSame(as before: DriftFinding) -> Bool {
        guard kind == before.kind else { return false }
        switch kind {
        case .changed: return updatedAt == before.updatedAt
        case .unknownChange: return (at ?? .distantPast) <= (before.at ?? .distantPast)
        case .missing, .unmanaged, .overdue: return true
        }
    }
}

/// A finding that is stored, with when it was first found.
package struct StoredFinding: Hashable, Sendable {
    package var secret: SecretName
    package var finding: DriftFinding
    package var since: Instant

    package init(secret: SecretName, finding: DriftFinding, since: Instant) {
        (self.secret, self.finding, self.since) = (secret, finding, since)
    }
}
