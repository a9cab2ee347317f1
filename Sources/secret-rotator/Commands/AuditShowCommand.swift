import ArgumentParser
import ControlAPI
import Foundation
import RotationConfiguration
import RotationDaemon
import RotationStore

struct AuditShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one entry of the audit log.",
        discussion: """
            With --json it is exactly the line that the log holds.

            Example: secret-rotator audit show 12
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @Argument(help: "The entry's number.") var seq: Int64

    func run() async throws {
        try await reportingFailures {
            let history = try Database.read(try global.load())
            defer { history.close() }
            guard let line = try history.auditLine(seq) else {
                let isArchived = try seq > 0 && seq <= history.archived()
                let message =
                    isArchived
                    ? "entry \(seq) was archived: audit list --event audit.archived says where"
                    : "the audit log has no entry \(seq)"
                throw ControlFailure(status: .failed, message: message)
            }
            print(listing.json ? line : printableJSON(Self.pretty(line)))
        }
    }

    private static func pretty(_ line: String) -> String {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)),
            let data = try? JSONSerialization.data(
                withJSONObject: object,
                options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            )
        else { return line }
        return String(decoding: data, as: UTF8.self)
    }
}
