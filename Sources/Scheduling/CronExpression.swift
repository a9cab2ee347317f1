/// A cron expression: the minutes of a calendar at which something recurs.
///
/// Grammar and meaning are those of Debian's cron with cronsim's extensions: five fields, lists, ranges, steps, names,
/// nicknames such as `@daily`; `L` for a month's last day and `LW` for its last weekday; `5L` for the last Friday and
/// `5#2` for the second one. Day of month and day of week are joined by OR only if neither field begins with `*`, else
/// by AND.
package struct CronExpression: Hashable, Sendable {
    /// The expression as it was written.
    package let text: String
    /// Bit 0…59 for a minute.
    let minutes: UInt64
    /// Bit 0…23 for an hour.
    let hours: UInt64
    /// Bit 1…12 for a month.
    let months: UInt64
    let days: DaysOfMonth
    let weekdays: DaysOfWeek
    /// Whether a day must match both the day of month and the day of week.
    let joinsDaysByAnd: Bool
    /// Whether minute or hour begins with a star.
    ///
    /// If so, each matching minute of real time is a slot, including minutes that occur twice when daylight saving time
    /// ends. Otherwise the slots are times of day, each once a day.
    package let followsRealTime: Bool

    /// Days of a month.
    struct DaysOfMonth: Hashable, Sendable {
        /// Bit 1…31 for a day.
        var numbers: UInt64 = 0
        /// The last day.
        var last = false
        /// The last day from Monday to Friday.
        var lastWeekday = false
    }

    /// Days of a week, 0 for Sunday.
    struct DaysOfWeek: Hashable, Sendable {
        /// Bit 0…6 for a day of the week.
        var numbers: UInt64 = 0
        /// Bit 0…6 for a month's last such day.
        var last: UInt64 = 0
        /// For each of a month's five weeks, bit 0…6 for its such day: `1#2` is bit 1 of the second one.
        var nth: [UInt64] = Array(repeating: 0, count: 5)
    }

    /// Reads an expression.
    ///
    /// - Throws: ``CronSyntaxError`` that points at the field and the character.
    package init(_ text: String) throws(CronSyntaxError) {
        let reader = try CronReader(text)
        self.text = text
        minutes = try reader.numbers(of: .minute)
        hours = try reader.numbers(of: .hour)
        days = try reader.daysOfMonth()
        months = try reader.numbers(of: .month)
        weekdays = try reader.daysOfWeek()
        joinsDaysByAnd = reader.beginsWithStar(.dayOfMonth) || reader.beginsWithStar(.dayOfWeek)
        followsRealTime = reader.beginsWithStar(.minute) || reader.beginsWithStar(.hour)
        // The calendar repeats after 400 years, which are a whole number of weeks.
        guard nextDay(from: 0, before: 146_097) != nil else {
            throw reader.error(.dayOfMonth, at: 0, "no day ever matches day of month, month and day of week together")
        }
    }
}

/// An expression as its text.
extension CronExpression: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do { try self.init(text) } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "cron: \(error)")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
