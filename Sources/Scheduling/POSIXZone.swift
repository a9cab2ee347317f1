/// The rule at the end of a TZif file: a standard offset, and daylight saving time by the same rule each year.
///
/// It is POSIX's TZ string with the extensions of RFC 9636, section 3.3.1, for example `CET-1CEST,M3.5.0,M10.5.0/3`.
struct POSIXZone: Hashable, Sendable {
    /// The offset of standard time in seconds; positive if it is ahead of UTC.
    let standard: Int32
    let daylight: Daylight?

    /// Daylight saving time.
    struct Daylight: Hashable, Sendable {
        /// Its offset in seconds; positive if it is ahead of UTC.
        var offset: Int32
        /// When it begins, in standard time.
        var start: Change
        /// When it ends, in daylight saving time.
        var end: Change
    }

    /// A moment of each year.
    struct Change: Hashable, Sendable {
        var day: Day
        /// Seconds since that day's midnight; may be negative, and longer than a day.
        var time: Int
    }

    /// A day of each year.
    enum Day: Hashable, Sendable {
        /// `Jn`: 1…365; 29 February is never counted.
        case julian(Int)
        /// `n`: 0…365; 29 February is counted.
        case zeroBased(Int)
        /// `Mm.w.d`: a day of the week of a week of a month, where the fifth week is the last one.
        case weekday(month: Int, week: Int, day: Int)
    }

    /// Parses a TZ string; nil if it does not have this form.
    init?(_ text: String) {
        var scanner = Scanner(text)
        guard scanner.name(), let west = scanner.time(hours: 24) else { return nil }
        standard = Int32(-west)
        guard !scanner.isAtEnd else {
            daylight = nil
            return
        }
        guard scanner.name() else { return nil }
        let ahead = scanner.peek == "," ? -west + 3600 : scanner.time(hours: 24).map { -$0 }
        guard let ahead, scanner.skip(","), let start = scanner.change(), scanner.skip(","),
            let end = scanner.change(), scanner.isAtEnd
        else { return nil }
        daylight = Daylight(offset: Int32(ahead), start: start, end: end)
    }

    /// All changes in some years, in order.
    func transitions(years: ClosedRange<Int>) -> [OffsetTable.Transition] {
        guard let daylight else { return [] }
        return years.flatMap { year in
            [
                OffsetTable.Transition(
                    second: daylight.start.second(in: year, offset: standard),
                    offset: daylight.offset
                ),
                OffsetTable.Transition(
                    second: daylight.end.second(in: year, offset: daylight.offset),
                    offset: standard
                ),
            ]
        }.sorted { $0.second < $1.second }
    }
}

extension POSIXZone.Change {
    /// The moment in a year, in Unix time, where local time is ahead of UTC by an offset.
    fileprivate func second(in year: Int, offset: Int32) -> Int64 {
        Int64(day.number(in: year) * 86_400 + time) - Int64(offset)
    }
}

extension POSIXZone.Day {
    /// The day in a year, counted from 1970-01-01.
    fileprivate func number(in year: Int) -> Int {
        switch self {
        case .zeroBased(let day):
            return CivilDate(year: year, month: 1, day: 1).daysSinceEpoch + day
        case .julian(let day):
            // Computed in 2001, which has no 29 February, so that day 60 is 1 March.
            let first = CivilDate(year: 2001, month: 1, day: 1).daysSinceEpoch
            let date = CivilDate(daysSinceEpoch: first + day - 1)
            return CivilDate(year: year, month: date.month, day: date.day).daysSinceEpoch
        case .weekday(let month, let week, let day):
            let first = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
            let next = CivilDate(year: month < 12 ? year : year + 1, month: month % 12 + 1, day: 1).daysSinceEpoch
            // 1970-01-01 was a Thursday.
            let weekday = (first + 4).flooredDivision(by: 7).remainder
            let found = first + (day - weekday + 7) % 7 + (week - 1) * 7
            return found < next ? found : found - 7
        }
    }
}

extension POSIXZone {
    /// Reads a TZ string's parts.
    private struct Scanner {
        private var rest: Substring

        init(_ text: String) {
            rest = text[...]
        }

        var isAtEnd: Bool { rest.isEmpty }
        var peek: Character? { rest.first }

        mutating func skip(_ character: Character) -> Bool {
            guard rest.first == character else { return false }
            rest.removeFirst()
            return true
        }

        /// A zone's abbreviation: at least three letters, or anything in angle brackets.
        mutating func name() -> Bool {
            if skip("<") {
                guard let end = rest.firstIndex(of: ">") else { return false }
                rest = rest[rest.index(after: end)...]
                return true
            }
            let letters = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(letters.count)
            return letters.count >= 3
        }

        mutating func number(_ range: ClosedRange<Int>) -> Int? {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard digits.count <= 3, let number = Int(digits), range.contains(number) else { return nil }
            rest = rest.dropFirst(digits.count)
            return number
        }

        /// `hh[:mm[:ss]]` with an optional sign, in seconds.
        mutating func time(hours: Int) -> Int? {
            let sign = skip("-") ? -1 : (skip("+") ? 1 : 1)
            guard let hour = number(0...hours) else { return nil }
            var seconds = hour * 3600
            for unit in [60, 1] where skip(":") {
                guard let part = number(0...59) else { return nil }
                seconds += part * unit
            }
            return sign * seconds
        }

        /// A day and, after a slash, a time of it; 2 o'clock if absent.
        mutating func change() -> Change? {
            guard let day = day() else { return nil }
            guard skip("/") else { return Change(day: day, time: 7200) }
            return time(hours: 167).map { Change(day: day, time: $0) }
        }

        private mutating func day() -> Day? {
            if skip("J") { return number(1...365).map(Day.julian) }
            guard skip("M") else { return number(0...365).map(Day.zeroBased) }
            guard let month = number(1...12), skip("."), let week = number(1...5), skip("."), let day = number(0...6)
            else { return nil }
            return .weekday(month: month, week: week, day: day)
        }
    }
}
