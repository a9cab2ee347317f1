/// Pearson's test of whether all of `total` outcomes are equally likely.
struct ChiSquared {
    /// Σ (observed − expected)² / expected, with `total` − 1 degrees of freedom.
    let statistic: Double
    private let freedom: Double

    init(observed: some Collection<Int>, total: Int) {
        let expected = Double(observed.reduce(0, +)) / Double(total)
        let seen = observed.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        statistic = seen + Double(total - observed.count) * expected
        freedom = Double(total - 1)
    }

    /// Whether the statistic lies within five standard deviations of its mean, on both sides.
    var isUniform: Bool {
        abs(statistic - freedom) < 5 * (2 * freedom).squareRoot()
    }
}
