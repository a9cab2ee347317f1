import CLinux
import Foundation
import Glibc
package import Logging
import RotationCore
import Scheduling

/// Makes log lines: for the journal, for a person, or as JSON.
///
/// A line whose metadata has `event` says no more than the history's entry of that event. The journal has the entry's own line, with its
/// `seq`; so the other one is left out there.
package struct LineLogHandler: LogHandler {
    /// The format of a line.
    package enum Format: Sendable {
        /// A record with fields for ``JournalSocket``; the journal adds the time.
        case record
        /// A priority before each line (sd-daemon(3)), as ``JournalSocket`` writes a record to standard error.
        case journal
        /// Time, level, message, metadata.
        case text
        /// One JSON object a line.
        case json
    }

    package var metadata: Logger.Metadata = [:]
    package var logLevel: Logger.Level
    private let format: Format
    private let write: @Sendable (String) -> Void

    /// - Parameter write: Receives each line with its newline; by default it writes to standard error.
    package init(
        format: Format,
        level: Logger.Level,
        write: @escaping @Sendable (String) -> Void = { standardError($0) }
    ) {
        self.format = format
        self.write = write
        logLevel = level
    }

    /// The format for `auto` in this environment.
    ///
    /// - Parameter file: Standard error.
    package static func automaticFormat(environment: [String: String], file: Int32 = STDERR_FILENO) -> Format {
        // It names the journal's stream: another one may be inherited, or standard error redirected (systemd.exec(5)).
        var (device, inode) = (UInt64(0), UInt64(0))
        if let stream = environment["JOURNAL_STREAM"], clinux_file_identity(file, &device, &inode) == 0,
            stream == "\(device):\(inode)"
        {
            return .record
        }
        return isatty(file) == 1 ? .text : .json
    }

    /// Writes the lines of a format where they belong: to the journal, or to standard error.
    package static func writer(of format: Format) -> @Sendable (String) -> Void {
        guard case .record = format else { return { standardError($0) } }
        let socket = JournalSocket()
        return { socket.write($0) }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let more = event.metadata { all.merge(more) { $1 } }
        if case .record = format, all["event"] != nil, all["seq"] == nil { return }
        let fields = all.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        write(Self.line(format, event.level, "\(event.message)", fields))
    }

    /// The line that replaces dropped lines.
    static func line(_ format: Format, gap count: Int) -> String {
        let lines = count == 1 ? "1 log line was" : "\(count) log lines were"
        return line(format, .warning, "\(lines) dropped: standard error was not read", [])
    }

    private static func line(
        _ format: Format,
        _ level: Logger.Level,
        _ message: String,
        _ fields: [(key: String, value: String)]
    ) -> String {
        guard case .record = format else { return text(format, level, message, fields) + "\n" }
        return JournalRecord.text(level, body(message, fields), fields)
    }

    private static func text(
        _ format: Format,
        _ level: Logger.Level,
        _ message: String,
        _ fields: [(key: String, value: String)]
    ) -> String {
        switch format {
        case .record, .journal: return "<\(level.severity)>" + body(message, fields)
        case .text: return "\(SystemClock().now.rfc3339) \(level.rawValue) " + body(message, fields)
        case .json:
            var object = ["time": SystemClock().now.rfc3339, "level": level.rawValue, "message": message]
            object.merge(fields.map { ($0.key, $0.value) }) { first, _ in first }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return (try? encoder.encode(object)).map { printableJSON(String(decoding: $0, as: UTF8.self)) } ?? "{}"
        }
    }

    /// Message and metadata in one line: line breaks are escaped, so that a message can't forge another line.
    private static func body(_ message: String, _ fields: [(key: String, value: String)]) -> String {
        // Only programs look for these: they are fields of a record, and of JSON.
        let isForPeople = { (key: String) in key != "event" && key != "message_id" }
        return printableLine(message) + pairs(fields.filter { isForPeople($0.key) })
    }

    private static func pairs(_ fields: [(key: String, value: String)]) -> String {
        fields.map { field in
            let isWord =
                !field.value.isEmpty && !field.value.contains { $0.isWhitespace || $0 == "\"" || $0 == "\u{1B}" }
            return " \(field.key)=" + printableLine(isWord ? field.value : field.value.debugDescription)
        }.joined()
    }
}

/// Writes all of a text to standard error.
package func standardError(_ text: String) {
    let bytes = Array(text.utf8)
    var offset = 0
    while offset < bytes.count {
        let count = bytes.withUnsafeBytes {
            Glibc.write(STDERR_FILENO, $0.baseAddress.map { $0 + offset }, $0.count - offset)
        }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return }
        offset += count
    }
}
