import Logging

/// A record of journald's native protocol: one `FIELD=value` a line (systemd.io, "Native Journal Protocol").
///
/// All values are one line, because control characters are escaped: so the record is text, and no value can forge a field.
enum JournalRecord {
    /// The metadata of a log line that are fields of their own, and the fields' names.
    static let fields = [
        "hub": "HUB", "alias": "ALIAS", "rotation": "ROTATION", "attempt": "ATTEMPT", "event": "EVENT", "seq": "SEQ",
        "message_id": "MESSAGE_ID",
    ]
    /// The field with the whole name of a secret.
    static let secretField = "SECRET"
    private static let message = "MESSAGE="
    private static let priority = "PRIORITY="

    /// Makes the record of a log line.
    ///
    /// - Parameters:
    ///   - message: The message for people, in one line.
    ///   - metadata: The line's metadata.
    static func text(_ level: Logger.Level, _ message: String, _ metadata: [(key: String, value: String)]) -> String {
        var lines = [Self.message + message, "\(priority)\(level.severity)", "SYSLOG_IDENTIFIER=secret-rotator"]
        for (key, value) in metadata {
            guard let field = fields[key] else { continue }
            lines.append("\(field)=" + printableLine(value))
        }
        let values = Dictionary(metadata.map { ($0.key, $0.value) }) { first, _ in first }
        if let hub = values["hub"], let alias = values["alias"] {
            lines.append("\(secretField)=" + printableLine("\(hub)/\(alias)"))
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// The record as a line of standard error: its priority and message (sd-daemon(3)).
    static func line(of record: String) -> String {
        var (priority, message) = ("6", "")
        for line in record.split(separator: "\n") {
            if line.hasPrefix(Self.message) {
                message = String(line.dropFirst(Self.message.count))
            } else if line.hasPrefix(Self.priority) {
                priority = String(line.dropFirst(Self.priority.count))
            }
        }
        return "<\(priority)>\(message)\n"
    }
}
