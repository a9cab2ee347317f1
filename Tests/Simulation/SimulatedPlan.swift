import RotationCore
import Scheduling
import ValueGenerators

/// Makes schedules by chance: periods and calendars, in several zones, with windows, jitter and groups.
enum SimulatedPlan {
    private static let zones = ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns"]

    /// The schedule of the secret of a number within its hub.
    static func definition(_ number: Int, _ dice: Dice) throws -> ScheduleDefinition {
        let cadence = try cadence(dice)
        let window: Duration? = dice.once(in: 3) ? .seconds(1200 * (1 + dice.roll(4))) : nil
        let jitter: Duration = dice.once(in: 2) ? .seconds(60 * (1 + dice.roll(15))) : .zero
        return ScheduleDefinition(
            cadence: cadence,
            timezone: try ZoneDatabase.system.zone(named: zones[dice.roll(zones.count)]),
            window: window,
            jitter: jitter,
            maxAge: dice.once(in: 4) ? .seconds(24 * 3600) : nil,
            catchUp: dice.once(in: 4) ? .skip : .once,
            // The first two of each hub; the third one is on its own.
            group: number < 2 && dice.once(in: 2) ? .init(name: "pair", spacing: .seconds(600)) : nil,
            generator: number % 2 == 0 ? .uuid(.v7) : .token(try TokenPolicy()),
            minInterval: dice.once(in: 2) ? .zero : .seconds(60)
        )
    }

    private static func cadence(_ dice: Dice) throws -> Cadence {
        let minute = dice.roll(60)
        switch dice.roll(5) {
        case 0: return .cron(try CronExpression("\(minute) */8 * * *"))
        case 1: return .cron(try CronExpression("\(minute) 1,7,13,19 * * *"))
        case 2: return .cron(try CronExpression("\(minute) 2,10,22 * * *"))
        default:
            let period = Cadence.Period(.seconds((1 + dice.roll(18)) * 3600))
            return try period.map(Cadence.every) ?? .cron(CronExpression("0 * * * *"))
        }
    }
}
