import ControlAPI
import RotationCore
import RotationStore
import Scheduling

/// A hub is held against the history.
extension HubGateway {
    /// How often a hub is looked at by itself.
    static let driftInterval = Duration.seconds(86_400)
    /// The number of secrets that are read, or recorded, in one turn of the history's queue: rotations go on in between.
    private static let slice = 200
    /// The newest minutes of a hub's audit log are left to the next look: entries may come late, and attempts may be under way.
    private static let logDelay = Duration.seconds(300)

    /// Lists a hub's secrets, and holds them against the history; what is found is recorded.
    ///
    /// - Parameter actor: On whose behalf.
    /// - Throws: `HubError` where the hub could not be asked.
    func findDrift(_ name: String, by actor: Actor) async throws -> DriftReport {
        let hub = try hub(name)
        let sentAt = clock.now
        try await queue.withLedger { try $0.checkHubIsOpen(name, now: sentAt) }
        let before = try await driftRows(of: name)
        let secrets = try await listForDrift(name, hub, by: actor)
        let look = try await queue.withLedger { try $0.driftLook(at: name) }
        let since = look?.logReadUntil ?? sentAt.advanced(by: .zero - Self.driftInterval)
        let until = sentAt.advanced(by: .zero - Self.logDelay)
        let (changes, reading) = await readLog(of: hub, from: since, to: until)
        let named = secrets.compactMap { secret in SecretAlias(secret.alias).map { ($0, secret) } }
        let owner = try await queue.withLedger { try $0.tokenOwner(of: name) }
        let view = DriftView(
            hub: name,
            listed: Dictionary(named) { first, _ in first },
            before: before,
            changes: changes,
            comparison: DriftComparison(owner: owner, sentAt: sentAt, now: clock.now),
            timeout: hub.timeout,
            lateHold: hub.lateHold,
            actor: actor
        )
        var report = DriftReport(listed: secrets.count, managed: before.count, auditLog: reading)
        report.unnamed = secrets.count - named.count
        try await record(view, in: &report)
        let isRead = reading?.isRead ?? false
        let next = DriftLook(
            lookedAt: sentAt,
            dueAt: clock.now.advanced(by: Self.driftInterval),
            logReadUntil: isRead ? max(since, until) : look?.logReadUntil
        )
        try await queue.withLedger { try $0.record(next, at: name) }
        return report
    }

    private func driftRows(of name: String) async throws -> [SecretAlias: DriftComparison.Row] {
        var rows: [SecretAlias: DriftComparison.Row] = [:]
        var last: String? = ""
        while let after = last {
            let page = try await queue.withLedger { try $0.driftRows(of: name, after: after, limit: Self.slice) }
            rows.merge(page.rows) { _, new in new }
            last = page.last
        }
        return rows
    }

    /// Lists all secrets with one request; what a person has asked for is recorded, as `secret list` is.
    private func listForDrift(_ name: String, _ hub: Hub, by actor: Actor) async throws -> [ListedSecret] {
        let result = await Self.result {
            try await withTimeout(hub.timeout * 2) { try await hub.api.list(alias: nil, workspace: nil) }
        }
        let (now, cap) = (clock.now, hub.retryAfterCap)
        try await queue.withLedger { ledger in
            if actor != .daemon {
                try ledger.noteListing(of: name, result.map(\.count), actor: actor, now: now, cap: cap)
            } else if case .failure(let error) = result {
                _ = try ledger.updateHub(name, now: now) { $0.after(error, about: nil, now: $1, cap: cap) }
            }
        }
        return try result.get()
    }

    /// Records what is found, slice by slice.
    private func record(_ view: DriftView, in report: inout DriftReport) async throws {
        let stored = try await queue.withLedger { try $0.driftAliases(of: view.hub) }
        let all = Set(view.listed.keys).union(view.before.keys).union(stored).sorted { $0.text < $1.text }
        for start in stride(from: 0, to: all.count, by: Self.slice) {
            let aliases = all[start..<min(start + Self.slice, all.count)]
            for items in try await queue.withLedger({ try $0.recordDrift(aliases, view) }) {
                guard let items else {
                    report.notJudged += 1
                    continue
                }
                report.findings += items.map { DriftReport.Finding($0.stored, isNew: $0.isNew) }
            }
        }
    }

    /// Reads the hub's own audit log, where that is configured.
    private func readLog(
        of hub: Hub,
        from start: Instant,
        to end: Instant
    ) async -> ([SecretAlias: [HubAuditEntry]], DriftReport.LogReading?) {
        guard let api = hub.auditLog else { return ([:], nil) }
        do {
            switch try await api.auditLog(from: start, to: end) {
            case .notAvailable(let kind, let status):
                return ([:], .notAvailable("\(kind.rawValue)" + (status.map { " (HTTP \($0))" } ?? "")))
            case .log(let log) where log.count == 0: return ([:], .empty(since: start))
            case .log(let log):
                let changes = Dictionary(grouping: log.changes.sorted { $0.time < $1.time }, by: \.alias)
                let reading = DriftReport.LogReading.read(
                    since: start,
                    count: log.count,
                    unreadable: log.unreadable,
                    isCut: log.isCut
                )
                return (changes, reading)
            }
        } catch {
            return ([:], .failed("\(error)"))
        }
    }
}

extension DriftReport.LogReading {
    /// Whether the log was read as far as was asked for.
    fileprivate var isRead: Bool {
        switch self {
        case .read, .empty: true
        case .notAvailable, .failed: false
        }
    }
}
