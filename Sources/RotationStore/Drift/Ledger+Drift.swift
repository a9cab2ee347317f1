package import RotationCore
import SQLite
package import Scheduling

/// A hub is held against the history.
extension Ledger {
    /// What the history knows about secrets of a hub that have a schedule, in the order of their names.
    ///
    /// - Parameters:
    ///   - last: The name before the first one; empty for none.
    ///   - limit: The number of names that are read.
    /// - Returns: The rows, and the last name that was read; nil where there is none after it.
    package func driftRows(
        of hub: String,
        after last: String,
        limit: Int
    ) throws -> (rows: [SecretAlias: DriftComparison.Row], last: String?) {
        let names = try ScheduleTable.names(after: (hub, last), limit: limit, in: connection).prefix { $0.hub == hub }
        var rows: [SecretAlias: DriftComparison.Row] = [:]
        for name in names {
            guard let alias = SecretAlias(name.alias) else { continue }
            rows[alias] = try KnownTable.row(of: SecretName(hub: hub, alias: alias), in: connection)
        }
        return (rows, names.count == limit ? names.last?.alias : nil)
    }

    /// The secrets of a hub that have findings.
    package func driftAliases(of hub: String) throws -> [SecretAlias] {
        try DriftTable.aliases(of: hub, in: connection).compactMap(SecretAlias.init)
    }

    /// The user to which our token is known to belong at a hub.
    package func tokenOwner(of hub: String) throws -> TokenOwner { try HubTable.tokenOwner(of: hub, in: connection) }

    /// When a hub was last looked at; nil where that was never planned.
    package func driftLook(at hub: String) throws -> DriftLook? { try DriftTable.look(at: hub, in: connection) }

    /// Records when a hub was looked at, and when that is next due.
    package func record(_ look: DriftLook, at hub: String) throws {
        try transaction {
            try DriftTable.set(look, at: hub, in: connection)
            recorder.addHub(hub)
        }
    }

    /// Holds what a hub has answered about some secrets against what is stored now, and records what is found: one transaction.
    ///
    /// A finding that is still there gets no second entry, and one that has ended is forgotten.
    ///
    /// - Returns: The findings of each secret; nil for one that was not judged.
    package func recordDrift(_ aliases: some Sequence<SecretAlias>, _ view: DriftView) throws -> [[DriftItem]?] {
        try transaction {
            try aliases.map { alias in
                let secret = SecretName(hub: view.hub, alias: alias)
                let after = try KnownTable.row(of: secret, in: connection)
                let stored = try DriftTable.findings(of: secret, in: connection)
                let listed = try recordList(about: secret, after, stored, view)
                let logged = try recordChanges(of: secret, after, stored, view)
                guard listed != nil || !logged.isEmpty else { return nil }
                return (listed ?? []) + logged
            }
        }
    }

    /// What the hub's list shows.
    private func recordList(
        about secret: SecretName,
        _ after: DriftComparison.Row,
        _ stored: [StoredFinding],
        _ view: DriftView
    ) throws -> [DriftItem]? {
        let findings = view.comparison.findings(
            view.listed[secret.alias],
            before: view.before[secret.alias] ?? .none,
            after: after,
            stored: stored.map(\.finding)
        )
        guard let findings else { return nil }
        let ended = DriftKind.ofList.subtracting(findings.map(\.kind)).intersection(stored.map(\.finding.kind))
        try endFindings(ended, of: secret)
        return try findings.map { finding in
            let before = stored.first { $0.finding.kind == finding.kind }
            if let before, finding.isSame(as: before.finding) { return DriftItem(stored: before, isNew: false) }
            let since = before?.since ?? view.comparison.now
            return try add(StoredFinding(secret: secret, finding: finding, since: since), view)
        }
    }

    /// What the hub's own audit log shows.
    private func recordChanges(
        of secret: SecretName,
        _ row: DriftComparison.Row,
        _ stored: [StoredFinding],
        _ view: DriftView
    ) throws -> [DriftItem] {
        var known = stored.first { $0.finding.kind == .unknownChange }
        let before = known.map { [DriftItem(stored: $0, isNew: false)] } ?? []
        guard case .known(let state) = row else { return before }
        let changes = view.changes[secret.alias, default: []].filter(state.concerns)
        guard let first = changes.first else { return before }
        let start = first.time.advanced(by: .zero - (view.timeout + view.lateHold + OwnAttempt.skew) * 2)
        let attempts = try KnownTable.attempts(on: secret, since: start, in: connection)
        var items: [DriftItem] = []
        for change in changes {
            let finding = DriftFinding(.unknownChange, at: change.time)
            if let known, finding.isSame(as: known.finding) { continue }
            let isOurs = attempts.contains {
                $0.explains(change.time, timeout: view.timeout, lateHold: view.lateHold)
            }
            guard !isOurs else { continue }
            // A change that our delivery has overwritten since is recorded, and is no longer a problem.
            let isOver = state.delivery.map { $0.endedAt > change.time } ?? false
            let since = known?.since ?? view.comparison.now
            let item = StoredFinding(secret: secret, finding: finding, since: since)
            items.append(try add(item, view, isKept: !isOver))
            if !isOver { known = item }
        }
        return items.isEmpty ? before : items
    }

    private func add(_ stored: StoredFinding, _ view: DriftView, isKept: Bool = true) throws -> DriftItem {
        if isKept {
            try DriftTable.set(stored, in: connection)
            recorder.addSchedule(stored.secret)
        }
        let event = Audit.DriftFound(stored.finding)
        try note(event, stored.secret, actor: view.actor, now: view.comparison.now)
        return DriftItem(stored: stored, isNew: true)
    }

    /// Forgets findings that have ended, within a transaction.
    func endFindings(_ kinds: Set<DriftKind>, of secret: SecretName) throws {
        guard !kinds.isEmpty, try DriftTable.remove(kinds, of: secret, in: connection) else { return }
        recorder.addSchedule(secret)
    }
}

extension History {
    /// The differences between hubs and the history that were found and are still there.
    package func driftFindings() throws -> [StoredFinding] { try DriftTable.all(in: connection) }

    /// When a hub was last held against the history; nil for never.
    package func driftLookedAt(_ hub: String) throws -> Instant? {
        try DriftTable.look(at: hub, in: connection)?.lookedAt
    }
}
