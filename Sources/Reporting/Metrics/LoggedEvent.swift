import Foundation
package import Scheduling

/// The members of an entry of the audit log that metrics and the status page use.
package struct LoggedEvent: Hashable, Sendable, Decodable {
    package var event: String
    package var time: String
    package var hub: String?
    package var alias: String?
    package var rotation: String?
    package var trigger: String?
    package var detail: Detail?

    /// Some fields of some events.
    package struct Detail: Hashable, Sendable, Decodable {
        package var attempt: Int?
        package var error: String?
        package var problems: Int?

        private enum CodingKeys: String, CodingKey { case attempt, error, problems }

        /// A field of another event may have the same name and another type.
        package init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: CodingKeys.self)
            attempt = try? fields.decodeIfPresent(Int.self, forKey: .attempt)
            error = try? fields.decodeIfPresent(String.self, forKey: .error)
            problems = try? fields.decodeIfPresent(Int.self, forKey: .problems)
        }
    }

    /// Reads a line of the log; nil for a line that is none.
    package init?(line: String) {
        guard let event = try? JSONDecoder().decode(LoggedEvent.self, from: Data(line.utf8)) else { return nil }
        self = event
    }

    /// When it was recorded; nil if that can't be read.
    package var at: Instant? { Instant(rfc3339: time) }

    /// When its rotation was opened: the time in the ID, a version 7 UUID (RFC 9562, section 5.7).
    package var openedAt: Instant? {
        guard let digits = rotation?.prefix(13).filter({ $0 != "-" }), digits.count == 12 else { return nil }
        return Int64(digits, radix: 16).map { Instant(milliseconds: $0) }
    }
}
