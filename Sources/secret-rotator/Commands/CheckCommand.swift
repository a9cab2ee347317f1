import ArgumentParser
import ControlAPI
import Glibc
import RotationConfiguration
import RotationCore
import RotationDaemon

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Test configuration, files, keys, disk, clock and each hub's token; change nothing.",
        discussion: """
            It reports all errors of the configuration at once, with file, line and column (exit status 78), and asks \
            each hub for a list of its secrets. Files that you may not read are checked by the daemon, if it runs. \
            Exits with 0 if it finds no problem or only warnings, 1 if it finds a problem.

            Example: secret-rotator --config new.yaml check && systemctl reload secret-rotator
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions

    func run() async throws {
        try await reportingFailures {
            let checkup = try Checkup(try global.load())
            let findings = await checkup.run { step in
                if isatty(STDERR_FILENO) == 1 { printError("\(step) …\n") }
            }
            if listing.json {
                for finding in findings { print(finding.json.canonicalText) }
            } else {
                Self.table(findings).print(empty: "")
            }
            let problems = findings.count { $0.result == .problem }
            guard problems == 0 else {
                throw ControlFailure(status: .failed, message: "\(problems) \(problems == 1 ? "problem" : "problems")")
            }
        }
    }

    private static func table(_ findings: [Finding]) -> Table {
        var table = Table("RESULT", "WHAT", "FOUND", "WHAT TO DO")
        for finding in findings {
            let colour: Table.Colour =
                switch finding.result {
                case .good: .green
                case .warning: .yellow
                case .problem: .red
                }
            table.add(
                .init(finding.result.rawValue, colour),
                .init(finding.subject),
                .init(finding.text),
                .init(finding.advice ?? "")
            )
        }
        return table
    }
}

extension Finding {
    /// The finding for `--json`.
    fileprivate var json: JSONValue {
        .fields([
            "result": .string(result.rawValue),
            "subject": .string(subject),
            "text": .string(text),
            "advice": .text(advice),
        ])
    }
}
