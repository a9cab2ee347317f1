/// The changes of a zone's offset from UTC.
struct OffsetTable: Hashable, Sendable {
    /// A change of the offset.
    struct Transition: Hashable, Sendable {
        /// The first second of the new offset, in Unix time.
        var second: Int64
        /// The new offset in seconds; positive if local time is ahead of UTC.
        var offset: Int32
    }

    private let initial: Int32
    private let transitions: [Transition]
    /// The second from which the last 400 years repeat; nil if the last offset stays.
    private let cycleStart: Int64?
    /// A hash of the table (FNV-1a of its numbers).
    let fingerprint: Int64

    /// The Gregorian calendar, including days of the week, repeats after 400 years.
    private static let cycle: Int64 = 146_097 * 86_400

    /// Creates a table with one constant offset.
    init(offset: Int32) {
        initial = offset
        transitions = []
        cycleStart = nil
        fingerprint = Self.fingerprint(initial, transitions)
    }

    /// - Parameters:
    ///   - initial: The offset before the first transition.
    ///   - transitions: In order.
    ///   - rule: The rule after the last transition; nil if its offset stays.
    init(initial: Int32, transitions: [Transition], rule: POSIXZone?) {
        self.initial = initial
        guard let rule else {
            self.transitions = transitions
            cycleStart = nil
            fingerprint = Self.fingerprint(initial, transitions)
            return
        }
        // RFC 9636, section 3.3: the rule applies after the last transition, or always if there are no transitions.
        let start = transitions.last.map { $0.second + 1 } ?? 0
        let year = CivilDate(daysSinceEpoch: Int(start.flooredDivision(by: 86_400).quotient)).year
        let later = rule.transitions(years: (year - 1)...(year + 401))
        let offset = later.last { $0.second < start }?.offset ?? rule.standard
        let begin = Transition(second: start, offset: offset)
        let repeated = later.filter { start < $0.second && $0.second < start + Self.cycle }
        self.transitions = transitions + [begin] + repeated
        cycleStart = rule.daylight == nil ? nil : start
        fingerprint = Self.fingerprint(initial, self.transitions)
    }

    func span(at second: Int64) -> Zone.Span {
        guard let cycleStart, second >= cycleStart else { return listedSpan(at: second) }
        let turns = (second - cycleStart) / Self.cycle
        var span = listedSpan(at: second - turns * Self.cycle)
        span.start = max(span.start, cycleStart) + turns * Self.cycle
        span.end = min(span.end, cycleStart + Self.cycle) + turns * Self.cycle
        return span
    }

    private func listedSpan(at second: Int64) -> Zone.Span {
        var (low, high) = (0, transitions.count)
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].second <= second { low = middle + 1 } else { high = middle }
        }
        let before = low > 0 ? transitions[low - 1] : Transition(second: .min, offset: initial)
        let end = low < transitions.count ? transitions[low].second : Int64.max
        return Zone.Span(start: before.second, end: end, offset: before.offset)
    }

    private static func fingerprint(_ initial: Int32, _ transitions: [Transition]) -> Int64 {
        var hash = FNV1a()
        hash.combine(UInt64(bitPattern: Int64(initial)))
        for transition in transitions {
            hash.combine(UInt64(bitPattern: transition.second))
            hash.combine(UInt64(bitPattern: Int64(transition.offset)))
        }
        return Int64(bitPattern: hash.value)
    }
}
