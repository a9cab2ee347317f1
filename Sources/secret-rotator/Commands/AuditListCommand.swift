import ArgumentParser
import Foundation
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore

struct AuditListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the whole audit log, the oldest entry first.",
        discussion: """
            With --json each line is exactly what the log holds: canonical JSON (RFC 8785).

            Example: secret-rotator audit list --json > history.jsonl
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions

    func run() async throws {
        try await reportingFailures {
            let history = try Database.read(try global.load())
            defer { history.close() }
            if listing.json {
                try history.auditLines { print($0) }
            } else {
                try Self.table(history).print(empty: "the audit log is empty")
            }
        }
    }

    /// The log as a table, for all secrets or for one.
    static func table(_ history: History, secret only: String? = nil) throws -> Table {
        var table = Table("SEQ", "TIME", "EVENT", "SECRET", "ACTOR", "DETAIL")
        try history.auditLines { line in
            let entry = LoggedEntry(line)
            guard only == nil || only == entry.secret else { return }
            table.add(
                .init(entry["seq"].word),
                .init(entry["time"].word),
                .init(entry["event"].word, colour(of: entry["event"].word)),
                .init(entry.secret),
                .init(entry.actor),
                .init(entry.detail, .dim)
            )
        }
        return table
    }

    private static func colour(of event: String) -> Table.Colour {
        switch event {
        case "rotation.succeeded", "hub.resumed": .green
        case "rotation.failed", "rotation.abandoned", "secret.failed", "hub.suspended", "configuration.rejected": .red
        case "rotation.deferred", "rotation.missed", "request.dropped", "clock.skewed", "drift.found": .yellow
        default: .plain
        }
    }
}

/// The fields of one line of the log, as text.
private struct LoggedEntry {
    private let fields: [String: JSONValue]

    /// Reads a line; one that is not JSON has no fields.
    init(_ line: String) {
        fields = (try? JSONDecoder().decode([String: JSONValue].self, from: Data(line.utf8))) ?? [:]
    }

    subscript(key: String) -> JSONValue { fields[key] ?? "?" }

    var secret: String {
        [fields["hub"], fields["alias"]].compactMap { $0?.word }.joined(separator: "/")
    }

    var actor: String {
        guard case .object(let actor) = self["actor"], let kind = actor["kind"]?.word else { return "?" }
        guard kind == "user" else { return kind }
        return actor["name"]?.word ?? actor["uid"].map { "uid \($0.word)" } ?? kind
    }

    var detail: String {
        guard case .object(let detail) = fields["detail"] else { return "" }
        return detail.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.word)" }.joined(separator: " ")
    }
}
