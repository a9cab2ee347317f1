/// Reads a cron expression's fields.
struct CronReader {
    /// A part of the expression, and where it begins, counted in characters from 0.
    private struct Part {
        var text: Substring
        var start: Int
    }

    private let fields: [Part]

    /// Nicknames of whole expressions, from Debian's crontab(5).
    private static let nicknames = [
        "@YEARLY": "0 0 1 1 *", "@ANNUALLY": "0 0 1 1 *", "@MONTHLY": "0 0 1 * *", "@WEEKLY": "0 0 * * 0",
        "@DAILY": "0 0 * * *", "@MIDNIGHT": "0 0 * * *", "@HOURLY": "0 * * * *",
    ]
    /// The largest length in characters; no useful expression is longer.
    private static let lengthLimit = 1000

    /// Splits an expression into its fields.
    init(_ text: String) throws(CronSyntaxError) {
        guard text.utf8.count <= Self.lengthLimit else {
            throw CronSyntaxError(field: nil, position: 1, message: "longer than \(Self.lengthLimit) characters")
        }
        let upper = text.uppercased()
        if let first = upper.first(where: { !$0.isWhitespace }), first == "@" {
            let nickname = upper.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            guard let expression = Self.nicknames[nickname] else {
                let known = "@hourly, @daily, @weekly, @monthly or @yearly"
                throw CronSyntaxError(field: nil, position: 1, message: "no such nickname: use \(known)")
            }
            fields = Self.split(expression)
            return
        }
        fields = Self.split(upper)
        guard fields.count == CronField.allCases.count else {
            let wanted = "minute, hour, day of month, month and day of week"
            throw CronSyntaxError(
                field: nil,
                position: fields.count > 5 ? fields[5].start + 1 : max(1, text.count),
                message: "expected five fields (\(wanted)), found \(fields.count)"
            )
        }
    }

    private static func split(_ text: String) -> [Part] {
        text.split(whereSeparator: \.isWhitespace).map { field in
            Part(text: field, start: text.distance(from: text.startIndex, to: field.startIndex))
        }
    }

    /// Whether a field begins with `*`.
    func beginsWithStar(_ field: CronField) -> Bool {
        fields[field.rawValue].text.first == "*"
    }

    /// An error within a field.
    ///
    /// - Parameter offset: The position in characters from the start of the field.
    func error(_ field: CronField, at offset: Int, _ message: String) -> CronSyntaxError {
        CronSyntaxError(field: field, position: fields[field.rawValue].start + offset + 1, message: message)
    }

    // MARK: Fields

    /// Reads a field that has only numbers.
    func numbers(of field: CronField) throws(CronSyntaxError) -> UInt64 {
        var set: UInt64 = 0
        for term in terms(of: field) { set |= try numbers(term, field) }
        return set
    }

    func daysOfMonth() throws(CronSyntaxError) -> CronExpression.DaysOfMonth {
        var days = CronExpression.DaysOfMonth()
        for term in terms(of: .dayOfMonth) {
            switch term.text {
            case "L": days.last = true
            case "LW": days.lastWeekday = true
            default: days.numbers |= try numbers(term, .dayOfMonth)
            }
        }
        return days
    }

    func daysOfWeek() throws(CronSyntaxError) -> CronExpression.DaysOfWeek {
        var days = CronExpression.DaysOfWeek()
        for term in terms(of: .dayOfWeek) {
            if let mark = term.text.firstIndex(of: "#") {
                let name = Part(text: term.text[..<mark], start: term.start)
                let day = try number(name, .dayOfWeek)
                let nth = Part(text: term.text[mark...].dropFirst(), start: term.start + name.text.count + 1)
                guard let week = Int(digits: nth.text), (1...5).contains(week) else {
                    throw at(nth, .dayOfWeek, "after # give 1 to 5, for a month's first to fifth such day")
                }
                days.nth[week - 1] |= 1 << UInt64(day % 7)
            } else if term.text.last == "L", term.text.first?.isNumber == true {
                let day = try number(Part(text: term.text.dropLast(), start: term.start), .dayOfWeek)
                days.last |= 1 << UInt64(day % 7)
            } else {
                days.numbers |= try numbers(term, .dayOfWeek)
            }
        }
        // 7 is Sunday, like 0.
        if days.numbers & 1 << 7 != 0 { days.numbers = days.numbers & ~(1 << 7) | 1 }
        return days
    }

    // MARK: Terms

    private func terms(of field: CronField) -> [Part] {
        let whole = fields[field.rawValue]
        var start = whole.start
        return whole.text.split(separator: ",", omittingEmptySubsequences: false).map { text in
            defer { start += text.count + 1 }
            return Part(text: text, start: start)
        }
    }

    /// Reads `*`, a number, a range, or one of these with a step.
    private func numbers(_ term: Part, _ field: CronField) throws(CronSyntaxError) -> UInt64 {
        let parts = term.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let base = Part(text: parts.first ?? "", start: term.start)
        var range = try range(base, field)
        var step = 1
        if parts.count == 2 {
            let part = Part(text: parts[1], start: term.start + base.text.count + 1)
            guard let number = Int(digits: part.text), number > 0 else {
                throw at(part, field, "after / give a step, a whole number from 1 on")
            }
            step = number
            // A single number with a step is a range to the field's last number.
            if range.count == 1 { range = range.lowerBound...field.range.upperBound }
        }
        return stride(from: range.lowerBound, through: range.upperBound, by: step).reduce(0) { $0 | 1 << UInt64($1) }
    }

    private func range(_ part: Part, _ field: CronField) throws(CronSyntaxError) -> ClosedRange<Int> {
        if part.text == "*" { return field.range }
        let ends = part.text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let first = try number(Part(text: ends.first ?? "", start: part.start), field)
        guard ends.count == 2 else { return first...first }
        let second = Part(text: ends[1], start: part.start + (ends.first?.count ?? 0) + 1)
        let last = try number(second, field)
        guard first <= last else { throw at(part, field, "\(part.text) runs backwards: write the smaller one first") }
        return first...last
    }

    private func number(_ part: Part, _ field: CronField) throws(CronSyntaxError) -> Int {
        if let index = field.names.firstIndex(of: String(part.text)) { return index + field.range.lowerBound }
        guard let number = Int(digits: part.text), field.range.contains(number) else {
            let found = part.text.isEmpty ? "nothing" : "\(part.text)"
            throw at(part, field, "expected \(field.choices), found \(found)")
        }
        return number
    }

    private func at(_ part: Part, _ field: CronField, _ message: String) -> CronSyntaxError {
        CronSyntaxError(field: field, position: part.start + 1, message: message)
    }
}

extension Int {
    /// Reads a number of at most nine ASCII digits.
    fileprivate init?(digits: Substring) {
        guard (1...9).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        self.init(digits)
    }
}
