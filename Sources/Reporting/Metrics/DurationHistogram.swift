/// A histogram of durations in seconds, with fixed buckets.
package struct DurationHistogram: Hashable, Sendable {
    /// The upper bounds of the buckets: from an answer on loopback to a rotation that waits for half a day.
    package static let bounds = [0.1, 0.5, 1, 5, 15, 60, 300, 1800, 7200, 43_200]

    /// How many durations are in each bucket and in none before it; the last one has no bound.
    private var counts = Array(repeating: 0, count: bounds.count + 1)
    private var sum = 0.0

    package init() {}

    /// Counts a duration.
    package mutating func observe(seconds: Double) {
        counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
        sum += seconds
    }

    /// The samples, with cumulative buckets.
    package func samples(_ labels: [MetricFamily.Label]) -> [MetricFamily.Sample] {
        var (samples, total) = ([MetricFamily.Sample](), 0)
        for (bound, count) in zip(Self.bounds + [.infinity], counts) {
            total += count
            let label = MetricFamily.Label("le", Exposition.number(bound))
            samples.append(.init(Double(total), suffix: "_bucket", labels + [label]))
        }
        return samples + [.init(sum, suffix: "_sum", labels), .init(Double(total), suffix: "_count", labels)]
    }
}
