import Reporting
import TestSupport
import Testing

/// The text that Prometheus reads.
struct ExpositionTests {
    private static func family(_ samples: [MetricFamily.Sample], help: String = "Help.") -> MetricFamily {
        MetricFamily("m", .gauge, help, samples)
    }

    private static let lines: [(samples: [MetricFamily.Sample], line: String)] = [
        ([.init(1)], "m 1\n"), ([.init(-3)], "m -3\n"), ([.init(0.5)], "m 0.5\n"),
        ([.init(1_764_169_200.125)], "m 1764169200.125\n"), ([.init(1_764_169_200)], "m 1764169200\n"),
        ([.init(.infinity)], "m +Inf\n"), ([.init(-.infinity)], "m -Inf\n"), ([.init(.nan)], "m NaN\n"),
        ([.init(1, [.init("hub", "a")])], "m{hub=\"a\"} 1\n"),
        ([.init(1, suffix: "_sum", [.init("a", "x"), .init("b", "y")])], "m_sum{a=\"x\",b=\"y\"} 1\n"),
        ([.init(1, [.init("l", "a\"b\\c\nd")])], "m{l=\"a\\\"b\\\\c\\nd\"} 1\n"),
        ([.init(1, [.init("l", "Zürich {},=")])], "m{l=\"Zürich {},=\"} 1\n"),
    ]

    @Test(arguments: lines)
    func sampleIsOneLine(samples: [MetricFamily.Sample], line: String) {
        #expect(Exposition.text([Self.family(samples)]) == "# HELP m Help.\n# TYPE m gauge\n" + line)
    }

    @Test func helpIsEscaped() {
        let text = Exposition.text([Self.family([.init(1)], help: "a\\b\nc \"d\"")])
        #expect(text == "# HELP m a\\\\b\\nc \"d\"\n# TYPE m gauge\nm 1\n")
    }

    @Test func metricWithoutSamplesIsLeftOut() {
        #expect(Exposition.text([Self.family([])]).isEmpty)
    }

    @Test func bucketsOfAHistogramAddUp() {
        var histogram = DurationHistogram()
        for seconds in [0.1, 0.2, 59, 1_000_000] { histogram.observe(seconds: seconds) }
        let samples = histogram.samples([.init("hub", "h")])
        let buckets = samples.filter { $0.suffix == "_bucket" }
        #expect(buckets.map(\.value) == [1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4])
        #expect(
            buckets.map { $0.labels.last?.value } == [
                "0.1", "0.5", "1", "5", "15", "60", "300", "1800", "7200", "43200", "+Inf",
            ]
        )
        #expect(samples.filter { $0.suffix == "_count" }.map(\.value) == [4])
        #expect(samples.filter { $0.suffix == "_sum" }.allSatisfy { abs($0.value - 1_000_059.3) < 0.001 })
    }

    /// Any label's value comes back from another parser as it was.
    @Test(.enabled("needs prometheus_client from PyPI") { await PrometheusParser.isPossible })
    func parserReadsWhatWasWritten() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        let random = SeededRandom(seed: seed)
        let signs: [Character] = ["a", "\"", "\\", "\n", "{", "}", "=", ",", " ", "#", "é", "京", "n"]
        let values = (0..<200).map { _ in
            String((0..<Int(random.next() % 12)).map { _ in signs[Int(random.next() % UInt64(signs.count))] })
        }
        let families = values.enumerated().map { index, value in
            MetricFamily("m\(index)", .gauge, "Help \(value)", [.init(Double(index), [.init("l", value)])])
        }
        let read = try await PrometheusParser.labels(of: Exposition.text(families), "l")
        #expect(read == values, "seed \(seed)")
    }
}
