extension CronExpression {
    /// The first slot that is strictly later than an instant.
    ///
    /// At a change to daylight saving time, a skipped time of day fires at the first valid instant after the gap. At
    /// the change back, a time of day that occurs twice fires only at its first occurrence. An expression whose minute
    /// or hour begins with `*` follows real time.
    ///
    /// - Returns: The slot; nil if it would lie beyond the year 9999.
    package func nextSlot(after instant: Instant, in zone: Zone) -> Instant? {
        let start = instant.rawValue.flooredDivision(by: 1000).quotient
        let limit = Instant.distantFuture.rawValue / 1000
        let next =
            followsRealTime ? nextInRealTime(after: start, zone, limit) : nextTimeOfDay(after: start, zone, limit)
        return next.map { Instant(milliseconds: $0 * 1000) }
    }

    /// Searches the calendar by local time.
    ///
    /// The order of local minutes is the order of their instants, of which some are equal.
    private func nextTimeOfDay(after start: Int64, _ zone: Zone, _ limit: Int64) -> Int64? {
        let local = start + Int64(zone.span(at: start).offset)
        var minute = Int(local.flooredDivision(by: 60).quotient)
        let last = Int(limit / 60) + 2 * Self.minutesInADay
        while let match = nextMinute(from: minute, before: last) {
            let instant = zone.instant(ofLocal: Int64(match) * 60)
            if instant > start { return instant <= limit ? instant : nil }
            minute = match + 1
        }
        return nil
    }

    /// Searches the spans between two changes of the zone's offset; each span is a calendar without gaps.
    private func nextInRealTime(after start: Int64, _ zone: Zone, _ limit: Int64) -> Int64? {
        var from = start + 1
        while from <= limit {
            let span = zone.span(at: from)
            let offset = Int64(span.offset)
            let end = min(span.end, limit + 1)
            let first = (from + offset + 59).flooredDivision(by: 60).quotient
            let last = (end + offset + 59).flooredDivision(by: 60).quotient
            if let match = nextMinute(from: Int(first), before: Int(last)) { return Int64(match) * 60 - offset }
            from = end
        }
        return nil
    }

    // MARK: The calendar

    private static let minutesInADay = 1440

    /// The first matching minute of a calendar without gaps, counted from 1970-01-01T00:00.
    private func nextMinute(from minute: Int, before end: Int) -> Int? {
        guard minute < end else { return nil }
        let (day, time) = minute.flooredDivision(by: Self.minutesInADay)
        if matches(day: day), let match = nextTime(from: time) {
            let found = day * Self.minutesInADay + match
            return found < end ? found : nil
        }
        let lastDay = end.flooredDivision(by: Self.minutesInADay).quotient + 1
        guard let next = nextDay(from: day + 1, before: lastDay), let match = nextTime(from: 0) else { return nil }
        let found = next * Self.minutesInADay + match
        return found < end ? found : nil
    }

    /// The first matching minute of a day, from a given minute on.
    private func nextTime(from time: Int) -> Int? {
        let hour = time / 60
        if hours & 1 << UInt64(hour) != 0, let minute = minutes.firstBit(from: time % 60) { return hour * 60 + minute }
        guard let next = hours.firstBit(from: hour + 1), let minute = minutes.firstBit(from: 0) else { return nil }
        return next * 60 + minute
    }

    /// The first matching day, counted from 1970-01-01.
    func nextDay(from first: Int, before end: Int) -> Int? {
        var month = CivilMonth(holding: first)
        var day = first
        while day < end {
            if months & 1 << UInt64(month.month) != 0 {
                for candidate in day..<min(month.end, end) where matches(day: candidate, in: month) { return candidate }
            }
            day = month.end
            month = month.next
        }
        return nil
    }

    private func matches(day: Int) -> Bool {
        let month = CivilMonth(holding: day)
        return months & 1 << UInt64(month.month) != 0 && matches(day: day, in: month)
    }

    private func matches(day: Int, in month: CivilMonth) -> Bool {
        let (number, weekday) = (day - month.start + 1, Self.weekday(of: day))
        let isDay = days.matches(number, month)
        let isWeekday = weekdays.matches(weekday, number, length: month.length)
        return joinsDaysByAnd ? isDay && isWeekday : isDay || isWeekday
    }

    /// 0 for Sunday; 1970-01-01 was a Thursday.
    fileprivate static func weekday(of day: Int) -> Int {
        (day + 4).flooredDivision(by: 7).remainder
    }
}

extension CronExpression.DaysOfMonth {
    fileprivate func matches(_ number: Int, _ month: CivilMonth) -> Bool {
        if numbers & 1 << UInt64(number) != 0 || last && number == month.length { return true }
        guard lastWeekday else { return false }
        // A month that ends with a Saturday has its last weekday one day before, with a Sunday two days.
        let back = [0: 2, 6: 1][CronExpression.weekday(of: month.end - 1)] ?? 0
        return number == month.length - back
    }
}

extension CronExpression.DaysOfWeek {
    fileprivate func matches(_ weekday: Int, _ number: Int, length: Int) -> Bool {
        let bit: UInt64 = 1 << UInt64(weekday)
        return numbers & bit != 0 || last & bit != 0 && number + 7 > length || nth[(number - 1) / 7] & bit != 0
    }
}

/// A month, as the days that it is made of.
private struct CivilMonth {
    let year: Int
    let month: Int
    /// Its first day, counted from 1970-01-01.
    let start: Int
    /// The first day after it.
    let end: Int

    var length: Int { end - start }

    init(holding day: Int) {
        let date = CivilDate(daysSinceEpoch: day)
        self.init(year: date.year, month: date.month)
    }

    private init(year: Int, month: Int) {
        self.year = year
        self.month = month
        start = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
        end = CivilDate(year: month < 12 ? year : year + 1, month: month < 12 ? month + 1 : 1, day: 1).daysSinceEpoch
    }

    var next: CivilMonth {
        CivilMonth(year: month < 12 ? year : year + 1, month: month < 12 ? month + 1 : 1)
    }
}

extension UInt64 {
    /// The lowest bit that is set, from a bit on.
    fileprivate func firstBit(from bit: Int) -> Int? {
        guard bit < 64 else { return nil }
        let rest = self & (.max << UInt64(bit))
        return rest == 0 ? nil : rest.trailingZeroBitCount
    }
}
