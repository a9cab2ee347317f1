import ArgumentParser
import Foundation
import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling

struct AuditListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the audit log, the oldest entry first.",
        discussion: """
            Without options all entries are shown. An option that may be given several times matches if one of its values \
            does; of different options all must match.

            With --json each line is exactly what the log holds: canonical JSON (RFC 8785).

            Examples:
              secret-rotator audit list --json > history.jsonl
              secret-rotator audit list --secret 'db_*' --event 'rotation.*' --since 7d
              secret-rotator audit list --outcome failed --last 50
            """
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var listing: ListingOptions
    @OptionGroup var choice: AuditQueryOptions
    @Option(help: "At most so many entries; how to go on is said on standard error.") var limit: Int?
    @Option(help: "Only the newest so many entries.") var last: Int?
    @Option(help: ArgumentHelp("Only entries after this one: the next page.", valueName: "seq")) var after: Int64?

    func validate() throws {
        if limit != nil && last != nil { throw ValidationError("--limit or --last, not both") }
        for (option, value) in [("--limit", limit), ("--last", last)] where value.map({ $0 < 1 }) ?? false {
            throw ValidationError("\(option): give a number of at least 1")
        }
    }

    func run() async throws {
        try await reportingFailures {
            var query = try choice.query(now: SystemClock().now)
            query.limit = limit.map { .first($0) } ?? last.map { .last($0) }
            query.after = after ?? 0
            let history = try Database.read(try global.load())
            defer { history.close() }
            try Database.noteArchive(history)
            let shown = listing.json ? try Self.lines(history, query) : try Self.table(history, query)
            if let limit, shown.count == limit { printError("there may be more: --after \(shown.newest)\n") }
        }
    }

    private static func lines(_ history: History, _ query: AuditQuery) throws -> (count: Int, newest: Int64) {
        var shown = (count: 0, newest: Int64(0))
        try history.eachLine(matching: query) { seq, line in
            try putLine(line)
            shown = (shown.count + 1, seq)
        }
        return shown
    }

    /// Prints entries as a table, in parts: a long log must not have to be in memory.
    @discardableResult
    static func table(_ history: History, _ query: AuditQuery) throws -> (count: Int, newest: Int64) {
        var shown = (count: 0, newest: Int64(0))
        var table = Table("SEQ", "TIME", "EVENT", "SECRET", "ACTOR", "DETAIL")
        try history.eachLine(matching: query) { seq, line in
            let entry = EntryWords(String(decoding: line, as: UTF8.self))
            table.add(
                .init(entry["seq"].word),
                .init(entry["time"].word),
                .init(entry["event"].word, colour(of: entry["event"].word)),
                .init(entry.secret),
                .init(entry.actor),
                .init(entry.detail, .dim)
            )
            shown = (shown.count + 1, seq)
            if shown.count.isMultiple(of: rowsAtOnce) { table.printPart() }
        }
        let isAll = query == AuditQuery()
        table.print(empty: shown.count > 0 ? nil : isAll ? "the audit log is empty" : "no entry matches")
        return shown
    }

    private static let rowsAtOnce = 1000

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
private struct EntryWords {
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
