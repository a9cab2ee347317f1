/// A metric with its samples, as Prometheus knows it.
package struct MetricFamily: Hashable, Sendable {
    /// The type of a metric.
    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// The name, with the unit and `_total` where the conventions ask for them.
    package var name: String
    package var help: String
    package var kind: Kind
    package var samples: [Sample]
    /// Whether its values change by themselves as time passes: they are no reason to write a file again.
    package var isClock = false

    /// One value of a metric.
    package struct Sample: Hashable, Sendable {
        /// What follows the metric's name: `_bucket`, `_sum` and `_count` of a histogram.
        package var suffix = ""
        package var labels: [Label] = []
        package var value: Double

        package init(_ value: Double, suffix: String = "", _ labels: [Label] = []) {
            (self.suffix, self.labels, self.value) = (suffix, labels, value)
        }
    }

    /// A label with its value.
    package struct Label: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    package init(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample], isClock: Bool = false) {
        (self.name, self.kind, self.help, self.samples, self.isClock) = (name, kind, help, samples, isClock)
    }
}
