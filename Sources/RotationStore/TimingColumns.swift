import RotationCore
import SQLite
import Scheduling

/// The columns of a schedule that say when it may rotate.
struct TimingColumns {
    var cron: String?
    var window: Int64?
    var jitter: Int64
    var maxAge: Int64?
    var catchUp: String
    var groupName: String?
    var groupSpacing: Int64?

    init(_ row: borrowing Row, first: Int32) throws(SQLiteError) {
        cron = try row.get(first)
        window = try row.get(first + 1)
        jitter = try row.get(first + 2)
        maxAge = try row.get(first + 3)
        catchUp = try row.get(first + 4)
        groupName = try row.get(first + 5)
        groupSpacing = try row.get(first + 6)
    }

    /// The cadence; nil where the row has none that is sound.
    func cadence(every: Int64?) -> Cadence? {
        if let every { return Cadence.Period(.milliseconds(every)).map(Cadence.every) }
        guard let cron else { return .onChange }
        return (try? CronExpression(cron)).map(Cadence.cron)
    }

    var catchUpRule: ScheduleDefinition.CatchUp? { .init(rawValue: catchUp) }

    var group: ScheduleDefinition.Group? {
        groupName.map { .init(name: $0, spacing: .milliseconds(groupSpacing ?? 0)) }
    }
}
