package import RotationCore
import SQLite
import Scheduling

extension Ledger {
    /// The query of ``watchedSchedules()``.
    package static let watchedSchedulesQuery = ScheduleTable.watchedQuery

    /// The schedules whose values somebody else makes.
    package func watchedSchedules() throws -> [Schedule] {
        try ScheduleTable.watched(by: generators, in: connection) { _ in }
    }

    /// Takes in what was found where a schedule's values come from.
    package func recordObservation(_ look: SourceObservation) throws {
        try transaction {
            guard let schedule = try ScheduleTable.find(look.secret, by: generators, in: connection),
                schedule.definition.generator == look.generator
            else { return }
            let after = schedule.afterLook(look.content, isNew: look.isNew, isLasting: look.isLasting, now: look.now)
            if after != schedule { try write(after) }
            let changed = try connection.run(
                """
                UPDATE schedules SET source_problem = ?3, source_problem_at = CASE WHEN ?3 IS NULL THEN NULL ELSE ?4 END
                WHERE hub = ?1 AND alias = ?2 AND source_problem IS NOT ?3
                """,
                look.secret.hub,
                look.secret.alias.text,
                look.problem,
                look.now
            )
            if changed > 0 { recorder.addSchedule(look.secret) }
        }
    }
}
