package import RotationCore
package import RotationStore
package import Scheduling
import TransparencyLog

/// What is said beside an exported file: its bytes, which entries it has, and the checkpoint that covers them.
package struct ExportManifest {
    private let summary: AuditExport.Summary
    private let query: AuditQuery
    private let format: ExportFormat
    private let file: String?
    private let now: Instant

    /// Makes the manifest of an export.
    ///
    /// - Parameters:
    ///   - summary: What was written.
    ///   - query: What was asked.
    ///   - format: The file's format.
    ///   - file: The file's name, without its folder; nil where it is not known.
    ///   - now: When it was written.
    package init(
        of summary: AuditExport.Summary,
        query: AuditQuery,
        format: ExportFormat,
        file: String?,
        now: Instant
    ) {
        (self.summary, self.query, self.format, self.file, self.now) = (summary, query, format, file, now)
    }

    /// The manifest: one JSON object, with a newline at its end.
    ///
    /// - Parameter version: The program's version.
    package func text(version: String) -> String {
        JSONValue.fields([
            "bytes": .integer(Int64(summary.bytes)),
            "checkpoint": summary.checkpoint.map { .string(String(decoding: $0.bytes, as: UTF8.self)) },
            "checkpoint_size": summary.checkpoint.map { .integer(Int64(clamping: $0.checkpoint.size)) },
            "complete": .bool(summary.isGapless),
            "count": .integer(Int64(summary.count)),
            "created_at": .string(now.rfc3339),
            "file": file.map(JSONValue.string),
            "first_seq": summary.first.map(JSONValue.integer),
            "format": .string(format.rawValue),
            "last_seq": summary.last.map(JSONValue.integer),
            "query": query.json,
            "sha256": .string(summary.sha256),
            "version": .string(version),
        ]).canonicalText + "\n"
    }
}

extension AuditQuery {
    /// The query as JSON: the criteria that are given, under the names of the command's options; `since` and `until` are
    /// instants, the second one is not in the range.
    package var json: JSONValue {
        let list = { (words: [String]) -> JSONValue? in words.isEmpty ? nil : .array(words.map(JSONValue.string)) }
        return .fields([
            "actor": list(actors),
            "after": after == 0 ? nil : .integer(after),
            "event": list(events),
            "hub": list(hubs),
            "outcome": list(outcomes.map(\.rawValue)),
            "rotation": rotation.map { .string($0.description) },
            "secret": list(secrets),
            "through": through.map(JSONValue.integer),
            "since": start.map { .string($0.rfc3339) },
            "trigger": list(triggers.map(\.rawValue)),
            "until": end.map { .string($0.rfc3339) },
        ])
    }
}
