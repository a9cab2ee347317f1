import RotationCore
import Scheduling

/// The rotations that begin in each hour or day, with a mark where more begin within a minute than a rate limit allows.
struct SlotHistogram {
    /// One bar of the histogram.
    private struct Bar {
        var start: Instant
        var rotations = 0
        /// The busiest minute of one hub, with its number of rotations.
        var peak: (minute: Instant, hub: String, rotations: Int)?
        /// The hubs of which more rotations begin within a minute than their rate limit allows.
        var crowded: Set<String> = []
    }

    private let bucket: Duration
    private let limits: [String: Int]
    private var bars: [Bar]
    private var minute = Instant.distantPast
    private var inMinute: [String: Int] = [:]

    /// The largest number of bars.
    private static let barLimit = 100_000
    /// The longest bar, in characters.
    private static let width = 40

    /// - Parameters:
    ///   - range: The time that is counted; the first bar begins at a full hour or day in UTC.
    ///   - bucket: A bar's length.
    ///   - limits: Each hub's rate limit in rotations a minute.
    init(range: Range<Instant>, bucket: Duration, limits: [String: Int]) {
        self.bucket = bucket
        self.limits = limits
        let step = bucket.milliseconds
        let first = range.lowerBound.rawValue - (range.lowerBound.rawValue % step + step) % step
        let starts = stride(from: first, to: range.upperBound.rawValue, by: Int64.Stride(step)).prefix(Self.barLimit)
        bars = starts.map { Bar(start: Instant(milliseconds: $0)) }
    }

    /// Counts a rotation; the caller adds rotations in the order in which they begin.
    mutating func add(_ slot: Upcoming.Slot) {
        guard let first = bars.first?.start else { return }
        let index = Int(first.duration(to: slot.at).milliseconds / bucket.milliseconds)
        guard bars.indices.contains(index) else { return }
        bars[index].rotations += 1
        let present = Instant(milliseconds: slot.at.rawValue - slot.at.rawValue % 60_000)
        if present != minute { (minute, inMinute) = (present, [:]) }
        let hub = slot.secret?.hub ?? ""
        let count = inMinute[hub, default: 0] + 1
        inMinute[hub] = count
        if count > bars[index].peak?.rotations ?? 0 { bars[index].peak = (present, hub, count) }
        if let limit = limits[hub], count > limit { bars[index].crowded.insert(hub) }
    }

    func print(json: Bool) {
        guard !json else {
            for bar in bars { Swift.print(self.json(of: bar).canonicalText) }
            return
        }
        let most = max(1, bars.map(\.rotations).max() ?? 1)
        var table = Table("FROM", "ROTATIONS", "", "BUSIEST MINUTE", "")
        for bar in bars {
            let length = (bar.rotations * Self.width + most - 1) / most
            table.add(
                .init(bar.start.short),
                .init("\(bar.rotations)"),
                .init(String(repeating: "█", count: length) + String(repeating: " ", count: Self.width - length)),
                .init(bar.peak.map { "\($0.minute.short.dropFirst(11).prefix(5)) \($0.rotations)" } ?? ""),
                .init(bar.crowded.sorted().map { "over the rate limit of \($0)" }.joined(separator: ", "), .red)
            )
        }
        table.print(empty: "no slots")
        printText("\(bars.map(\.rotations).reduce(0, +)) rotations")
    }

    private func json(of bar: Bar) -> JSONValue {
        .fields([
            "from": .instant(bar.start),
            "to": .instant(bar.start.advanced(by: bucket)),
            "rotations": .number(bar.rotations),
            "busiest_minute": .instant(bar.peak?.minute),
            "busiest_minute_rotations": .number(bar.peak?.rotations),
            "hubs_over_rate_limit": bar.crowded.isEmpty ? nil : .array(bar.crowded.sorted().map { .string($0) }),
        ])
    }
}
