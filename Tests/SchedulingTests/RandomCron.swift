import Scheduling
import TestSupport

/// Makes cron expressions by chance.
struct RandomCron {
    var random: SplitMix64
    /// Whether `L`, `LW`, `5L` and `1#2` may stand in them, which are not everybody's; and forms that croniter takes for something
    /// else: `5-5`, for it the whole range; `5/2` as a day of the week, for it without the Sunday at its end; and a list of
    /// all days, for it the same as `*`.
    var hasExtensions = true

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    /// An expression that has slots.
    mutating func expression() -> String {
        while true {
            let fields = [field(0...59), field(0...23), dayOfMonth(), month(), dayOfWeek()]
            let text = fields.joined(separator: " ")
            let namesAllDays = Self.namesAllDays(dayOfMonth: fields[2], dayOfWeek: fields[4])
            if hasExtensions || !namesAllDays, (try? CronExpression(text)) != nil { return text }
        }
    }

    /// Whether a field that does not begin with `*` names all days.
    private static func namesAllDays(dayOfMonth: String, dayOfWeek: String) -> Bool {
        let fields = [("0 0 \(dayOfMonth) * *", dayOfMonth, 31), ("0 0 * * \(dayOfWeek)", dayOfWeek, 7)]
        return fields.contains { text, field, days in
            guard field.first != "*", let expression = try? CronExpression(text) else { return false }
            let day: Int64 = 86_400_000
            return (0..<Int64(days)).allSatisfy { number in
                let before = Instant(milliseconds: number * day - 1)
                return expression.nextSlot(after: before, in: .utc)?.rawValue == number * day
            }
        }
    }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    private mutating func field(_ range: ClosedRange<Int>) -> String {
        if chance(25) { return "*" }
        let count = chance(70) ? 1 : Int.random(in: 2...4, using: &random)
        return (0..<count).map { _ in term(range) }.joined(separator: ",")
    }

    private mutating func term(_ range: ClosedRange<Int>) -> String {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return "*/\(Int.random(in: 1...range.upperBound + 2, using: &random))"
        case 1...2:
            let (first, last) = pair(range)
            return "\(first)-\(last)"
        case 3:
            let (first, last) = pair(range)
            return "\(first)-\(last)/\(Int.random(in: 1...7, using: &random))"
        case 4 where hasExtensions || range.upperBound != 7:
            return "\(Int.random(in: range, using: &random))/\(Int.random(in: 1...9, using: &random))"
        default: return "\(Int.random(in: range, using: &random))"
        }
    }

    private mutating func pair(_ range: ClosedRange<Int>) -> (Int, Int) {
        let (one, other) = (Int.random(in: range, using: &random), Int.random(in: range, using: &random))
        guard hasExtensions || one != other else { return pair(range) }
        return (min(one, other), max(one, other))
    }

    private mutating func dayOfMonth() -> String {
        if chance(40) { return "*" }
        if hasExtensions, chance(15) { return chance(50) ? "L" : "LW" }
        return field(1...31)
    }

    private mutating func month() -> String {
        if chance(60) { return "*" }
        return chance(20) ? ["jan", "Feb", "MAR", "oct", "dec"].randomElement(using: &random) ?? "*" : field(1...12)
    }

    private mutating func dayOfWeek() -> String {
        if chance(45) { return "*" }
        if chance(15) { return ["mon", "SUN", "mon-fri", "tue,thu"].randomElement(using: &random) ?? "*" }
        if hasExtensions, chance(20) {
            let day = Int.random(in: 0...7, using: &random)
            return chance(50) ? "\(day)L" : "\(day)#\(Int.random(in: 1...5, using: &random))"
        }
        return field(0...7)
    }
}
