import Foundation
import Glibc
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// The examples in YAML of the guides: the program accepts each one, or refuses it as the guide says.
///
/// The comment before a block says what it is: `configuration`, `refused: MESSAGE`, `schedules` or `prometheus`.
@Suite(.timeLimit(.minutes(5)))
struct GuideExampleTests {
    /// An example, and where it is.
    struct Example: Sendable, CustomTestStringConvertible {
        var page: String
        var block: Page.Block

        var testDescription: String { "\(page): \(block.mark ?? "without a mark"): \(block.text.prefix(60))" }

        /// The text, with accounts that each machine has.
        var text: String {
            block.text.replacing("secret-rotator-operators", with: "daemon")
                .replacing("secret-rotator-audit", with: "nogroup")
        }

        /// The message by which the example is refused; nil if it is accepted.
        var refusal: String? {
            block.mark.flatMap { $0.hasPrefix("refused: ") ? String($0.dropFirst("refused: ".count)) : nil }
        }
    }

    private static let examples = ([Page.readme] + Page.guides).flatMap { page in
        page.blocks.filter { $0.language == "yaml" }.map { Example(page: page.path, block: $0) }
    }

    /// The exit status for a configuration that is not valid.
    private static let invalid: Int32 = 78

    /// Completes an example by what a configuration must have and the example leaves out.
    private static func configuration(_ text: String, _ folder: TemporaryFolder) -> String {
        let path = folder.path
        let hub = "{url: \"http://127.0.0.1:9/api\", context: none, token: \"file:\(path)/token\"}"
        let base = [
            "database": "\(path)/rotator.db", "hubs": "{production: \(hub)}",
            "keys": "{staging: \"file:\(path)/staging.key\"}", "generators": "{file_folders: [/etc/letsencrypt]}",
        ]
        let present = Set(text.matches(of: /(?m)^([a-z_]+):/).map { String($0.1) })
        let missing = base.filter { !present.contains($0.key) }.sorted { $0.key < $1.key }
        return missing.map { "\($0.key): \($0.value)\n" }.joined() + text + "\n"
    }

    @Test func thereAreExamplesOfEachKind() {
        let marks = Self.examples.map { $0.refusal == nil ? $0.block.mark ?? "none" : "refused" }
        #expect(Set(marks) == ["configuration", "refused", "schedules", "prometheus"], "\(marks)")
        #expect(marks.count > 10)
    }

    @Test(arguments: examples.filter { $0.block.mark == "configuration" || $0.refusal != nil })
    func checkSaysOfAConfigurationWhatTheGuideSays(example: Example) async throws {
        try await TemporaryFolder.with { folder in
            try folder.write(Self.configuration(example.text, folder), to: "config.yaml")
            let outcome = try await Program.run(["--config", folder.file("config.yaml"), "check"])
            if let refusal = example.refusal {
                #expect(outcome.status == Self.invalid && outcome.errors.contains(refusal), "\(outcome)")
            } else {
                // Files and receivers that it names are not there; that is no error of the configuration.
                #expect([0, 1].contains(outcome.status) && outcome.output.contains("1 hub"), "\(outcome)")
            }
        }
    }

    @Test(arguments: examples.filter { $0.block.mark == "schedules" })
    func schedulesAreAccepted(example: Example) async throws {
        try await TemporaryFolder.with { folder in
            try folder.write(Self.configuration("", folder), to: "config.yaml")
            try folder.write(example.text, to: "schedules.yaml")
            let command = ["schedule", "diff", "-f", folder.file("schedules.yaml")]
            let outcome = try await Program.run(["--config", folder.file("config.yaml")] + command)
            // They differ from none.
            #expect(outcome.status == 1 && outcome.output.contains("added"), "\(outcome)")
        }
    }

    private static let promtool = "/usr/bin/promtool"

    @Test(
        .enabled(if: access(promtool, X_OK) == 0, "needs promtool, of Debian's package prometheus"),
        arguments: examples.filter { $0.block.mark == "prometheus" }
    )
    func prometheusAcceptsItsConfiguration(example: Example) async throws {
        try await TemporaryFolder.with { folder in
            let rules = "/etc/prometheus/secret-rotator-alerts.yaml"
            #expect(example.text.contains(rules))
            try folder.write(
                example.text.replacing(rules, with: "\(Page.root)config/alerts.yaml"),
                to: "prometheus.yml"
            )
            let result = try await Subprocess.run(
                .path(FilePath(Self.promtool)),
                arguments: ["check", "config", folder.file("prometheus.yml")],
                output: .string(limit: 100_000),
                error: .string(limit: 100_000)
            )
            #expect(result.terminationStatus.isSuccess, "\(result.standardOutput)\(result.standardError)")
            #expect(result.standardOutput.contains("rules found"))
        }
    }

    @Test func unknownKeyIsNoAcceptedExample() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write(Self.configuration("metrics: {listn: \"127.0.0.1:1\"}", folder), to: "config.yaml")
            let outcome = try await Program.run(["--config", folder.file("config.yaml"), "check"])
            #expect(outcome.status == Self.invalid, "\(outcome)")
        }
    }
}
