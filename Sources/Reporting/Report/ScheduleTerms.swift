import Foundation
package import RotationCore
import Scheduling

/// A schedule by the keys of the schedule file, as the history's entries have it.
package struct ScheduleTerms: Hashable, Sendable {
    package private(set) var fields: [String: JSONValue]

    package init(_ fields: [String: JSONValue]) { self.fields = fields }

    /// Applies a change: new values replace old ones, and an old value without a new one is gone.
    package mutating func apply(old: [String: JSONValue], new: [String: JSONValue]) {
        for key in old.keys where new[key] == nil { fields[key] = nil }
        fields.merge(new) { $1 }
    }

    private func text(_ key: String) -> String? {
        guard case .string(let text)? = fields[key], !text.isEmpty else { return nil }
        return text
    }

    /// The written policy, such as a targeted risk analysis.
    package var policy: String? { text("policy") }
    package var owner: String? { text("owner") }
    /// The age beyond which a value is overdue.
    package var maximumAge: Duration? { maximumAgeText.flatMap(DurationText.parse) }
    /// The same as it is written.
    package var maximumAgeText: String? { text("max_age") }

    /// `every 30d`, `cron 0 3 * * 1 (Europe/Berlin)`, or `on change`.
    package var cadence: String {
        if let every = text("every") { return "every \(every)" }
        if let cron = text("cron") { return "cron \(cron) (\(text("timezone") ?? "UTC"))" }
        return "on change"
    }

    /// What else limits when it rotates.
    package var limits: String {
        [("window", "window"), ("jitter", "jitter"), ("group", "group")]
            .compactMap { key, name in text(key).map { "\(name) \($0)" } }
            .joined(separator: ", ")
    }

    /// The generator's type and parameters, in one line.
    package var generator: String { fields["generator"].map { Self.words($0) } ?? "" }

    /// A value as people read it: an object as `key value` pairs, its type first.
    package static func words(_ value: JSONValue?) -> String {
        switch value {
        case nil: return "—"
        case .string(let text)?: return text
        case .object(let fields)?:
            var rest = fields
            let type = rest.removeValue(forKey: "type").map { words($0) }
            let pairs = rest.sorted { $0.key < $1.key }.map { "\($0.key) \(words($0.value))" }
            return ([type].compactMap { $0 } + pairs).joined(separator: ", ")
        case .array(let values)?: return values.map { words($0) }.joined(separator: " ")
        case let value?: return value.canonicalText
        }
    }
}

/// The `detail` of an entry, read.
package struct EntryDetail: Sendable {
    private let fields: [String: JSONValue]

    /// Reads it; what is not a JSON object has no fields.
    package init(_ text: String?) {
        let data = Data((text ?? "").utf8)
        fields = (try? JSONDecoder().decode([String: JSONValue].self, from: data)) ?? [:]
    }

    package func text(_ key: String) -> String? {
        guard case .string(let text)? = fields[key] else { return nil }
        return text
    }

    package func flag(_ key: String) -> Bool { fields[key] == .bool(true) }

    package func object(_ key: String) -> [String: JSONValue] {
        guard case .object(let object)? = fields[key] else { return [:] }
        return object
    }

    /// The fields in one line, reasons first, without those that only programs need.
    package var summary: String {
        fields.filter { $0.key != "request" && $0.key != "attempts" }
            .sorted { ($0.key != "reason" ? 1 : 0, $0.key) < ($1.key != "reason" ? 1 : 0, $1.key) }
            .map { "\($0.key.replacing("_", with: " ")): \(ScheduleTerms.words($0.value))" }
            .joined(separator: "; ")
    }
}
