import RotationCore
import SQLite
package import Scheduling

extension Ledger {
    /// Finds the due instants of calendars anew in zones whose rules have changed since they were found, as the package
    /// tzdata was renewed; nothing becomes due by that.
    ///
    /// - Returns: The names of the zones that have changed.
    package func refreshZones(_ zones: ZoneDatabase = .system, now: Instant) throws -> [String] {
        // A zone that can't be read now changes nothing: what is due by it stays.
        let changed = try ZoneTable.all(in: connection).compactMap { known -> Zone? in
            guard let zone = try? zones.zone(named: known.name) else { return nil }
            return zone.fingerprint == known.fingerprint ? nil : zone
        }
        guard !changed.isEmpty else { return [] }
        try transaction {
            recorder.setWide()
            for zone in changed { try ZoneTable.set(zone, in: connection) }
            let names = Set(changed.map(\.name))
            for var schedule in try ScheduleTable.all(by: generators, in: connection, broken: { _ in }) {
                guard schedule.definition.cadence.expression != nil, let zone = schedule.definition.timezone,
                    names.contains(zone.name), case .slot(let slot, _) = schedule.nextStep, slot > now
                else { continue }
                // The row was decoded by the system's zones; a test has its own.
                schedule.definition.timezone = changed.first { $0 == zone }
                let old = schedule.nextDue
                schedule.awaitSlot(after: schedule.slotsBegin(now: now))
                guard schedule.nextDue != old else { continue }
                try write(schedule)
                let event = Audit.ScheduleChanged(
                    zoneRules: zone.name,
                    previousDue: old,
                    nextDue: schedule.nextDue
                )
                try note(event, schedule.secret, actor: .daemon, now: now)
            }
        }
        return changed.map(\.name)
    }
}
