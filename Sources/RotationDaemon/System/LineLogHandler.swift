import Foundation
import Glibc
package import Logging
import RotationCore
import Scheduling

/// Writes log lines to standard error: for the journal, for a person, or as JSON.
package struct LineLogHandler: LogHandler {
    /// The format of a line.
    package enum Format: Sendable {
        /// A priority before each line (sd-daemon(3)); the journal adds the time.
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
    package static func automaticFormat(environment: [String: String]) -> Format {
        if environment["JOURNAL_STREAM"] != nil { return .journal }
        return isatty(STDERR_FILENO) == 1 ? .text : .json
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let more = event.metadata { all.merge(more) { $1 } }
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
        text(format, level, message, fields) + "\n"
    }

    private static func text(
        _ format: Format,
        _ level: Logger.Level,
        _ message: String,
        _ fields: [(key: String, value: String)]
    ) -> String {
        switch format {
        // Line breaks are escaped, so that a message can't forge another line.
        case .journal:
            return "<\(level.priority)>" + printableLine(message) + pairs(fields)
        case .text:
            return "\(SystemClock().now.rfc3339) \(level.rawValue) " + printableLine(message) + pairs(fields)
        case .json:
            var object = ["time": SystemClock().now.rfc3339, "level": level.rawValue, "message": message]
            object.merge(fields.map { ($0.key, $0.value) }) { first, _ in first }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return (try? encoder.encode(object)).map { printableJSON(String(decoding: $0, as: UTF8.self)) } ?? "{}"
        }
    }

    private static func pairs(_ fields: [(key: String, value: String)]) -> String {
        fields.map { field in
            let isWord =
                !field.value.isEmpty && !field.value.contains { $0.isWhitespace || $0 == "\"" || $0 == "\u{1B}" }
            return " \(field.key)=" + printableLine(isWord ? field.value : field.value.debugDescription)
        }.joined()
    }
}

extension Logger.Level {
    /// syslog(3)'s number.
    fileprivate var priority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
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
