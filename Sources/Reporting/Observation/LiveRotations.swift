package import RotationCore
package import RotationStore
package import Scheduling

/// The open rotations and those that ended last, kept up to date by the stream of commits.
package struct LiveRotations: Sendable {
    /// The open rotations by ID.
    private var openByID: [String: HistoryFigures.Open]
    /// The rotations that ended last, the newest first.
    package var recent: [HistoryFigures.Ended]

    /// - Parameters:
    ///   - open: All open rotations.
    ///   - recent: The rotations that ended last, the newest first.
    package init(open: [HistoryFigures.Open] = [], recent: [HistoryFigures.Ended] = []) {
        openByID = Dictionary(open.map { ($0.id, $0) }) { first, _ in first }
        self.recent = recent
    }

    /// Applies the progress of a rotation.
    package mutating func apply(_ progress: RotationProgress, now: Instant) {
        let id = progress.id.rawValue
        guard !progress.isClosed else {
            openByID[id] = nil
            return
        }
        openByID[id] = HistoryFigures.Open(
            id: id,
            hub: progress.secret.hub,
            alias: progress.secret.alias.text,
            phase: progress.phase,
            attempts: progress.attempts,
            openedAt: openByID[id]?.openedAt ?? now
        )
    }

    /// Applies an entry of the audit log that records the end of a rotation.
    package mutating func apply(_ event: LoggedEvent) {
        let outcome: RotationProgress.Outcome
        switch AuditEventName(rawValue: event.event) {
        case .rotationSucceeded: outcome = .succeeded
        case .rotationFailed: outcome = .failed
        case .rotationAbandoned: outcome = .abandoned
        default: return
        }
        guard let id = event.rotation, let hub = event.hub, let alias = event.alias, let at = event.at else { return }
        let ended = HistoryFigures.Ended(
            id: id,
            hub: hub,
            alias: alias,
            outcome: outcome.rawValue,
            trigger: event.trigger ?? "",
            openedAt: event.openedAt ?? at,
            endedAt: at
        )
        recent = [ended] + recent.filter { $0.id != id }.prefix(History.listed - 1)
    }

    /// How many rotations of each hub are open.
    package var counts: [String: Int] { openByID.values.reduce(into: [:]) { $0[$1.hub, default: 0] += 1 } }

    /// The oldest open rotations, as many as the page lists.
    package var oldest: [HistoryFigures.Open] {
        Array(openByID.values.sorted { ($0.openedAt, $0.id) < ($1.openedAt, $1.id) }.prefix(History.listed))
    }
}
