import Foundation
import Reporting
import TestSupport
import Testing

/// Alert rules and dashboard use metrics that exist.
struct MetricNameTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "config")

    private static var families: [MetricFamily] { ObservationSample.full().metrics }

    @Test(arguments: ["alerts.yaml", "grafana-dashboard.json"])
    func eachNameExists(file: String) throws {
        let text = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
        let used = Set(text.matches(of: /secret_rotator_[a-z_]+/).map { String($0.output) })
        let known = Set(
            Self.families.flatMap { family in
                family.kind == .histogram ? ["_bucket", "_sum", "_count"].map { family.name + $0 } : [family.name]
            }
        )
        #expect(used.count >= 12)
        #expect(used.subtracting(known) == [])
    }

    @Test func dashboardIsJSON() throws {
        let data = try Data(contentsOf: Self.folder.appending(path: "grafana-dashboard.json"))
        let dashboard = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        #expect((dashboard?["panels"] as? [Any])?.count == 16)
    }

    /// The conventions: a unit or `_total` at the end, a sentence as help, no name twice.
    @Test func namesFollowTheConventions() {
        let families = Self.families
        #expect(Set(families.map(\.name)).count == families.count)
        for family in families {
            #expect(family.name.wholeMatch(of: /secret_rotator_[a-z_]+/) != nil, "\(family.name)")
            #expect(family.name.hasSuffix("_total") == (family.kind == .counter), "\(family.name)")
            #expect(family.help.hasSuffix("."), "\(family.name)")
            #expect(Set(family.samples.flatMap { $0.labels.map(\.name) }).isDisjoint(with: ["alias", "secret"]))
        }
    }

    @Test(.enabled("needs prometheus_client from PyPI") { await PrometheusParser.isPossible })
    func parserReadsAllMetrics() async throws {
        let families = Self.families.filter { !$0.samples.isEmpty }
        let names = try await PrometheusParser.names(of: Exposition.text(families))
        // The parser leaves `_total` out of the name of a counter.
        #expect(names == families.map { $0.name.replacing(/_total$/, with: "") })
        #expect(families.count >= 24)
    }

    @Test(.enabled(if: PromTool.isPossible, "needs promtool, of Debian's package prometheus"))
    func promtoolAcceptsRulesAndMetrics() async throws {
        let rules = Self.folder.appending(path: "alerts.yaml").path()
        #expect(try await PromTool.run(["check", "rules", rules]).contains("SUCCESS: 12 rules found"))
        #expect(try await PromTool.run(["check", "metrics"], input: Exposition.text(Self.families)) == "")
    }
}

/// Prometheus' own checks.
enum PromTool {
    /// Its path; nil if it is not installed.
    static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/promtool" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    static var isPossible: Bool { path != nil }

    /// What it has written; it must succeed.
    static func run(_ arguments: [String], input: String = "") async throws -> String {
        let path = try #require(path)
        return try await offPool {
            let file = FileManager.default.temporaryDirectory.appending(path: "sr-\(UUID().uuidString)")
            try Data(input.utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            let (process, output) = (Process(), Pipe())
            (process.executableURL, process.arguments) = (URL(filePath: path), arguments)
            process.standardInput = try FileHandle(forReadingFrom: file)
            (process.standardOutput, process.standardError) = (output, output)
            try process.run()
            let data = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            return String(decoding: data, as: UTF8.self)
        }
    }
}
