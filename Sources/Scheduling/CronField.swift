/// One of a cron expression's five fields.
package enum CronField: Int, CaseIterable, Sendable {
    case minute
    case hour
    case dayOfMonth
    case month
    case dayOfWeek

    /// The field's name in messages.
    package var name: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .dayOfMonth: "day of month"
        case .month: "month"
        case .dayOfWeek: "day of week"
        }
    }

    /// The numbers that the field accepts; 0 and 7 are both Sunday.
    var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        }
    }

    /// The names that the field accepts, starting with the name of the lowest number.
    var names: [String] {
        switch self {
        case .minute, .hour, .dayOfMonth: []
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        }
    }

    /// The accepted numbers and names, for messages.
    var choices: String {
        let numbers = "\(range.lowerBound) to \(range.upperBound)"
        guard let first = names.first, let last = names.last else { return numbers }
        return "\(numbers), or \(first) to \(last)"
    }
}

/// A syntax error of a cron expression, with its position.
package struct CronSyntaxError: Error, Hashable, CustomStringConvertible {
    /// The field; nil if the error concerns the whole expression.
    package let field: CronField?
    /// The character, counted from 1.
    package let position: Int
    /// The error, and what to write instead.
    package let message: String

    package var description: String {
        let place = "character \(position)"
        return field.map { "\($0.name), \(place): \(message)" } ?? "\(place): \(message)"
    }
}
