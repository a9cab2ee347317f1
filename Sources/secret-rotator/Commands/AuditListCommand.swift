import ArgumentParser
import Foundation
import RotationDaemon
import RotationStore

struct AuditListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the whole audit log, the oldest entry first.",
        discussion: "With --json each line is exactly what the log holds: canonical JSON (RFC 8785)."
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

    /// The log as people read it, of all secrets or of one.
    static func table(_ history: History, secret only: String? = nil) throws -> Table {
        var table = Table("SEQ", "TIME", "EVENT", "SECRET", "ACTOR", "DETAIL")
        try history.auditLines { line in
            let entry = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any] ?? [:]
            guard only == nil || only == secret(of: entry) else { return }
            let event = entry["event"] as? String ?? "?"
            table.add(
                .init((entry["seq"] as? Int).map(String.init) ?? "?"),
                .init(entry["time"] as? String ?? "?"),
                .init(event, colour(of: event)),
                .init(secret(of: entry)),
                .init(actor(entry["actor"] as? [String: Any])),
                .init(detail(entry["detail"] as? [String: Any]), .dim)
            )
        }
        return table
    }

    private static func colour(of event: String) -> Table.Colour {
        switch event {
        case "rotation.succeeded", "hub.resumed": .green
        case "rotation.failed", "rotation.abandoned", "hub.suspended", "configuration.rejected": .red
        case "rotation.deferred", "rotation.missed", "clock.skewed", "drift.found": .yellow
        default: .plain
        }
    }

    private static func secret(of entry: [String: Any]) -> String {
        [entry["hub"], entry["alias"]].compactMap { $0 as? String }.joined(separator: "/")
    }

    private static func actor(_ actor: [String: Any]?) -> String {
        let kind = actor?["kind"] as? String ?? "?"
        guard kind == "user" else { return kind }
        return actor?["name"] as? String ?? (actor?["uid"] as? Int).map { "uid \($0)" } ?? kind
    }

    private static func detail(_ detail: [String: Any]?) -> String {
        (detail ?? [:]).sorted { $0.key < $1.key }.map { key, value in "\(key)=\(word(value))" }.joined(separator: " ")
    }

    private static func word(_ value: Any) -> String {
        switch value {
        case let list as [String]: return list.joined(separator: ",")
        case let number as NSNumber where isBoolean(number): return number.boolValue ? "true" : "false"
        default: return "\(value)"
        }
    }

    /// JSONSerialization answers truth values as numbers of a type of their own.
    private static func isBoolean(_ number: NSNumber) -> Bool {
        String(cString: number.objCType) == "c"
    }
}
