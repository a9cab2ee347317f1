import Reporting

/// The page of the documentation that lists the metrics.
enum MetricsPage {
    static func text(_ families: [MetricFamily]) -> String {
        introduction + families.map(row).joined(separator: "\n") + "\n" + labelSection(families)
    }

    private static let introduction = """
        # Metrics

        Each metric that the daemon exposes, with its type, labels, unit and meaning.

        ## Overview

        `metrics.textfile` writes them for node_exporter's textfile collector, `metrics.listen` serves them at `/metrics`, both in
        Prometheus' text format 0.0.4; see [Configuration keys](doc:ConfigurationKeys#metrics). `config/alerts.yaml` has rules for
        alerts, `config/grafana-dashboard.json` a dashboard. Names, types and labels are stable: metrics are only added.

        Counters and the histogram begin with 0 when the daemon starts. Figures of the history are read at most every 15 s. A
        metric without a value, such as a checkpoint before the first one was signed, is absent. No label names a secret.

        This page is generated from `Sources/Reporting/Metrics` by `MetricsReferenceTests`.

        ## Metrics

        | metric | type | labels | unit | meaning |
        | --- | --- | --- | --- | --- |

        """

    private static func row(_ family: MetricFamily) -> String {
        let labels = labelNames(family).map { "`\($0)`" }.joined(separator: ", ")
        let help = family.help.replacing("|", with: "\\|")
        return "| `\(family.name)` | \(family.kind.rawValue) | \(labels) | \(unit(family)) | \(help) |"
    }

    /// The unit, by Prometheus' conventions for names.
    private static func unit(_ family: MetricFamily) -> String {
        if family.name.hasSuffix("_timestamp_seconds") || family.name.hasSuffix("_start_time_seconds") {
            return "seconds since 1970"
        }
        if family.name.hasSuffix("_seconds") { return "seconds" }
        if family.name.hasSuffix("_info") { return "always 1" }
        return family.help.hasPrefix("1 if ") ? "0 or 1" : "number"
    }

    private static func labelNames(_ family: MetricFamily) -> [String] {
        unique(family.samples.flatMap { $0.labels.map(\.name) })
    }

    // MARK: Labels

    /// What a label holds whose values are not a closed set.
    private static let meanings = [
        "hub": "the hub's name in the configuration",
        "kind": "the [kind of problem](doc:Problems#Problems-of-status)",
        "le": "the upper bound of a bucket, in seconds",
        "version": "the version of secret-rotator",
        "witness": "the witness's name and key ID",
    ]

    private static func labelSection(_ families: [MetricFamily]) -> String {
        let labels = families.flatMap { family in
            family.samples.flatMap { sample in sample.labels.map { (family.name, $0) } }
        }
        let rows = Set(labels.map { $0.1.name }).sorted().flatMap { label -> [String] in
            let those = labels.filter { $0.1.name == label }
            if label == "le" { return ["| `le` | | \(meanings[label] ?? ""): \(values(those.map(\.1.value))) |"] }
            if let meaning = meanings[label] { return ["| `\(label)` | | \(meaning) |"] }
            return unique(those.map(\.0)).map { name in
                "| `\(label)` | `\(name)` | \(values(those.filter { $0.0 == name }.map(\.1.value))) |"
            }
        }
        return """

            ## Labels

            | label | of | values |
            | --- | --- | --- |
            \(rows.joined(separator: "\n"))

            The histogram has the series `_bucket`, `_sum` and `_count`.

            """
    }

    private static func values(_ values: [String]) -> String {
        unique(values).map { "`\($0)`" }.joined(separator: ", ")
    }

    /// The texts, each once, in their order.
    private static func unique(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.filter { seen.insert($0).inserted }
    }
}
