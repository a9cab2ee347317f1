package import Scheduling

/// Holds what a hub lists of one secret against the history: a pure function of rows that were read before the list was sent and
/// after it came back.
package struct DriftComparison: Sendable {
    /// A secret's schedule, as far as its row can be read.
    package enum Row: Hashable, Sendable {
        /// It has no schedule.
        case none
        case known(KnownSecret)
        /// It has a schedule that can't be read.
        case unreadable
    }

    /// The user to which our token is known to belong.
    package var owner: TokenOwner
    /// When the list was sent.
    package var sentAt: Instant
    package var now: Instant

    package init(owner: TokenOwner, sentAt: Instant, now: Instant) {
        (self.owner, self.sentAt, self.now) = (owner, sentAt, now)
    }

    /// What is found now.
    ///
    /// - Parameters:
    ///   - listed: What the hub lists; nil where it does not.
    ///   - before: The row before the list was sent.
    ///   - after: The row after the list came back.
    ///   - stored: What was found before.
    /// - Returns: nil where the secret is not judged: a rotation or a change by hand was under way, or has ended meanwhile.
    package func findings(
        _ listed: ListedSecret?,
        before: Row,
        after: Row,
        stored: [DriftFinding] = []
    ) -> [DriftFinding]? {
        guard before == after else { return nil }
        switch after {
        case .unreadable: return nil
        case .none: return listed == nil ? [] : [DriftFinding(.unmanaged)]
        case .known(let known):
            guard !known.isMoving(at: sentAt) else { return nil }
            let overdue = known.overdueSince(now: now).map { DriftFinding(.overdue, at: $0) }
            guard let listed else { return [DriftFinding(.missing), overdue].compactMap(\.self) }
            return [change(listed, known, stored), overdue].compactMap(\.self)
        }
    }

    /// The finding that a listed secret was changed by another client; nil where it was not, or where that can't be told.
    ///
    /// Without a user that is known to be another one, only an `updated_at` tells, and only while we have changed nothing ourselves:
    /// an operation by hand is not followed by a list.
    private func change(_ listed: ListedSecret, _ known: KnownSecret, _ stored: [DriftFinding]) -> DriftFinding? {
        guard let delivery = known.delivery, let updatedAt = listed.updatedAt else { return nil }
        if known.explains(updatedAt) {
            // A stale replica is no proof that a change has gone: only a delivery of ours ends it.
            return known.isChangedByUs ? nil : stored.first { $0.kind == .changed }
        }
        guard !known.isChangedByUs || owner.isForeign(listed.lastUpdatedBy) else { return nil }
        return DriftFinding(
            .changed,
            updatedAt: updatedAt,
            lastSeen: delivery.seen.last,
            lastUpdatedBy: listed.lastUpdatedBy
        )
    }
}

/// A request of ours that may have changed a secret, as the history has it.
package struct OwnAttempt: Hashable, Sendable {
    package var startedAt: Instant
    /// nil where the end was not seen.
    package var endedAt: Instant?
    /// Whether its value may have arrived after its end.
    package var isAmbiguous: Bool

    package init(startedAt: Instant, endedAt: Instant?, isAmbiguous: Bool) {
        (self.startedAt, self.endedAt, self.isAmbiguous) = (startedAt, endedAt, isAmbiguous)
    }

    /// How far the hub's clock may differ from ours.
    package static let skew = Duration.seconds(60)

    /// Whether this attempt may be the change that the hub's audit log has at an instant.
    package func explains(_ instant: Instant, timeout: Duration, lateHold: Duration) -> Bool {
        let tolerance = timeout + Self.skew
        let end = (endedAt ?? startedAt.advanced(by: timeout)).advanced(by: isAmbiguous ? lateHold : .zero)
        return startedAt.advanced(by: .zero - tolerance) <= instant && instant <= end.advanced(by: tolerance)
    }
}
