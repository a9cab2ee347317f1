/// One of a cron expression's five fields.
package enum CronField: Int, CaseIterable, Sendable {
    case minute
    case hour
    case dayOfMonth
    case month
    case dayOfWeek

    /// The field as a message names it.
    package var name: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        }
    }

    /// The numbers that it takes; 7 is a Sunday, as 0 is.
    var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// The names that it takes, of the first number on.
    var names: [String] {
        switch self {
        case .minute, .hour, .dayOfMonth: []
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        }
    }

    /// What the field takes, as a message says it.
    var choices: String {
        let numbers = "\(range.lowerBound) to \(range.upperBound)"
        guard let first = names.first, let last = names.last else { return numbers }
        return "\(numbers), or \(first) to \(last)"
    }
}

/// Why a text is no cron expression: what is wrong, and where.
package struct CronSyntaxError: Error, Hashable, CustomStringConvertible {
    /// The field; nil where it is about the expression as a whole.
    package let field: CronField?
    /// The character, counted from 1.
    package let position: Int
    /// What is wrong, and what to write.
    package let message: String

    package var description: String {
        let place = "character \(position)"
        return field.map { "\($0.name), \(place): \(message)" } ?? "\(place): \(message)"
    }
}
