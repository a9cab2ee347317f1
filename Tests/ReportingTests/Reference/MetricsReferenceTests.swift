import Foundation
import Reporting
import TestSupport
import Testing

@testable import RotationStore

/// The reference of the metrics is what the daemon exposes, and rules and dashboard use its labels.
///
/// `SECRET_ROTATOR_RECORD=1 swift test --filter MetricsReferenceTests` writes the page anew.
struct MetricsReferenceTests {
    private static var families: [MetricFamily] {
        var observation = ObservationSample.full()
        observation.figures?.witnesses = [WitnessStanding(witness: "witness.example.com/w1+5e2a1c8b+AAAA")]
        return observation.metrics
    }

    @Test func pageIsTheOneOfTheMetrics() throws {
        let page = "Sources/secret-rotator/Documentation.docc/MetricsReference.md"
        #expect(try RecordedFile.changes(MetricsPage.text(Self.families), page) == [])
    }

    /// A metric without a sample would have no labels on the page.
    @Test func eachMetricHasASample() {
        #expect(Self.families.filter { $0.samples.isEmpty }.map(\.name) == [])
    }

    @Test(arguments: ["alerts.yaml", "grafana-dashboard.json"])
    func eachLabelExists(file: String) throws {
        let matchers = try Self.matchers(in: file)
        #expect(matchers.count >= 3)
        for (metric, label, pattern) in matchers where label != "instance" {
            let values = Self.values(of: label, in: metric)
            #expect(!values.isEmpty, "\(metric) has no label \(label)")
            // The kinds of problems are on a page of their own, which is held against the code, too.
            guard label != "kind", !pattern.contains("$") else { continue }
            for value in pattern.split(separator: "|") {
                #expect(values.contains(String(value)), "\(metric): \(value)")
            }
        }
    }

    @Test func eachKindOfProblemInTheAlertsExists() throws {
        let problems = try Self.text("Sources/secret-rotator/Documentation.docc/Problems.md")
        let kinds = try Self.matchers(in: "alerts.yaml").filter { $0.label == "kind" }
            .flatMap { $0.pattern.split(separator: "|") }
        #expect(kinds.count == 5)
        for kind in kinds { #expect(problems.contains("\n| `\(kind)` |"), "\(kind)") }
    }

    /// Each matcher of a label that a file has, such as `secret_rotator_secrets{state="failing"}`.
    private static func matchers(in file: String) throws -> [(metric: String, label: String, pattern: String)] {
        let text = try text("config/\(file)").replacing("\\\"", with: "\"")
        return text.matches(of: /(secret_rotator_[a-z_]+)\{([^}]*)\}/).flatMap { selector in
            selector.2.matches(of: /([a-z]+)(?:=~|!~|!=|=)"([^"]*)"/).map { matcher in
                (metric: String(selector.1), label: String(matcher.1), pattern: String(matcher.2))
            }
        }
    }

    private static func values(of label: String, in metric: String) -> Set<String> {
        let samples = families.filter { metric.hasPrefix($0.name) }.flatMap(\.samples)
        return Set(samples.flatMap(\.labels).filter { $0.name == label }.map(\.value))
    }

    private static func text(_ path: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
