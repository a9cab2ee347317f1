import Logging

/// An entry of the history as a message of syslog (RFC 5424).
enum SyslogMessage {
    /// The facility "log audit" (RFC 5424, section 6.2.1).
    private static let facility = 13
    /// The structured data's name, under the number that RFC 5612 reserves for documentation.
    private static let element = "secretRotator@32473"
    /// What precedes a text in UTF-8 (section 6.4).
    private static let byteOrderMark = "\u{FEFF}"

    /// The message with an entry's line; nil if the line is no entry.
    static func text(line: String) -> String? {
        guard let entry = CommittedEntry(line: line) else { return nil }
        let priority = facility * 8 + (entry.name?.level ?? .info).severity
        let parts = [
            "<\(priority)>1", header(entry.time, limit: 64), header(entry.host, limit: 255), "secret-rotator", "-",
            header(entry.event, limit: 32), data(of: entry),
        ]
        // The whole entry, so that a receiver can check it against the log.
        let isASCII = line.utf8.allSatisfy { $0 < 0x80 }
        return parts.joined(separator: " ") + " " + (isASCII ? "" : byteOrderMark) + line
    }

    /// A field of the header: printable ASCII without spaces; `-` for none.
    private static func header(_ text: String, limit: Int) -> String {
        let isValid = (1...limit).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return isValid ? text : "-"
    }

    private static func data(of entry: CommittedEntry) -> String {
        let attempt = entry.field("attempt") ?? entry.field("attempts")
        let parameters: [(name: String, value: String?)] = [
            ("seq", "\(entry.seq)"), ("event", entry.event), ("secret", entry.secret), ("hub", entry.hub),
            ("alias", entry.alias), ("rotation", entry.rotation), ("trigger", entry.trigger), ("attempt", attempt),
            ("error", entry.field("error")), ("actor", entry.actor.kind), ("user", entry.actor.name),
            ("uid", entry.actor.uid.map { "\($0)" }),
        ]
        let texts = parameters.compactMap { parameter in
            parameter.value.map { " \(parameter.name)=\"\(escaped($0))\"" }
        }
        return "[\(element)\(texts.joined())]"
    }

    /// A value of structured data (section 6.3.3): `"`, `\` and `]` are escaped; control characters are printed.
    static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in printableLine(value).unicodeScalars {
            if scalar == "\"" || scalar == "\\" || scalar == "]" { text += "\\" }
            text.unicodeScalars.append(scalar)
        }
        return text
    }
}
