package import RotationCore
import SQLite
package import Scheduling

/// An order to bring the schedules to what is desired.
package struct ScheduleOrder: Sendable {
    /// What is desired, each secret once.
    package var desired: [DesiredSchedule]
    /// Whether other schedules are removed.
    package var prune: Bool
    /// Whether a schedule that is added is due at once.
    package var rotatesAdded: Bool
    package var actor: Actor
    package var now: Instant

    package init(
        _ desired: [DesiredSchedule],
        prune: Bool,
        rotatesAdded: Bool = false,
        actor: Actor,
        now: Instant
    ) {
        (self.desired, self.prune, self.rotatesAdded) = (desired, prune, rotatesAdded)
        (self.actor, self.now) = (actor, now)
    }
}

extension LedgerQueue {
    /// Brings the schedules to what is desired, in slices, so that rotations go on beside a large file.
    ///
    /// Each slice is one transaction, and decided on what is stored then. Where one fails, those before it stay: the same order
    /// given again does the rest.
    ///
    /// - Returns: What was changed.
    package func apply(_ order: ScheduleOrder) async throws -> SchedulePlan {
        var (steps, unchanged, done) = ([SchedulePlan.Step](), 0, 0)
        while done < order.desired.count {
            let (start, slice) = (done, ApplySlice())
            let (changed, count) = try await withLedger { try $0.apply(order, from: start, slice) }
            steps += changed
            unchanged += count - changed.count
            done += count
        }
        guard order.prune else {
            let others = try await withLedger { try ScheduleTable.count(in: $0.connection) } - order.desired.count
            return SchedulePlan(steps: steps, unchanged: unchanged + max(0, others))
        }
        let desired = Set(order.desired.map(\.secret))
        var next: RowName? = RowName(hub: "", alias: "")
        while let after = next {
            let slice = ApplySlice()
            let (removed, reached) = try await withLedger { try $0.prune(order, desired, after: after, slice) }
            steps += removed
            next = reached
        }
        return SchedulePlan(steps: steps, unchanged: unchanged)
    }
}

/// A schedule's name, as its row has it.
private typealias RowName = (hub: String, alias: String)

/// The time that one slice has.
private struct ApplySlice {
    /// Less than the 50 ms for which the writer may be held: the commit comes on top.
    private static let length = Duration.milliseconds(25)
    /// How many names are read for a slice.
    static let names = 2000

    private let end = ContinuousClock.now + length

    /// Whether its time is over.
    var isOver: Bool { ContinuousClock.now >= end }
}

extension Ledger {
    /// Carries out as much of an order as fits into a slice, and at least one desired schedule.
    ///
    /// - Returns: What was changed, and how many desired schedules are done.
    fileprivate func apply(
        _ order: ScheduleOrder,
        from start: Int,
        _ slice: ApplySlice
    ) throws -> (steps: [SchedulePlan.Step], count: Int) {
        try transaction {
            var (steps, count) = ([SchedulePlan.Step](), 0)
            for target in order.desired[start...] where count == 0 || !slice.isOver {
                let schedule = try ScheduleTable.find(target.secret, by: generators, in: connection)
                if let step = target.step(from: schedule, now: order.now, rotatesAdded: order.rotatesAdded) {
                    try carryOut(step, actor: order.actor, now: order.now)
                    steps.append(step)
                }
                count += 1
            }
            return (steps, count)
        }
    }

    /// Removes schedules that an order does not name, as many as fit into a slice.
    ///
    /// A row that can't be decoded is left alone.
    ///
    /// - Parameter last: The last name that was looked at.
    /// - Returns: What was removed, and the last name that was looked at; nil where there is none after it.
    fileprivate func prune(
        _ order: ScheduleOrder,
        _ desired: Set<SecretName>,
        after last: RowName,
        _ slice: ApplySlice
    ) throws -> (steps: [SchedulePlan.Step], last: RowName?) {
        try transaction {
            let rows = try ScheduleTable.names(after: last, limit: ApplySlice.names, in: connection)
            var (steps, reached) = ([SchedulePlan.Step](), last)
            for row in rows {
                // One is done in any case, or there would be no end.
                if slice.isOver, reached != last { return (steps, reached) }
                reached = row
                guard let alias = SecretAlias(row.alias) else { continue }
                let secret = SecretName(hub: row.hub, alias: alias)
                guard !desired.contains(secret), let schedule = try readable(secret) else { continue }
                try carryOut(.remove(schedule), actor: order.actor, now: order.now)
                steps.append(.remove(schedule))
            }
            return (steps, rows.count == ApplySlice.names ? reached : nil)
        }
    }

    private func readable(_ secret: SecretName) throws -> Schedule? {
        do { return try ScheduleTable.find(secret, by: generators, in: connection) } catch is UndecodableRow {
            return nil
        }
    }
}
