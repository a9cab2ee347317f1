import Foundation
import RotationCore
package import RotationStore
import Scheduling

/// Entries as events of the Open Cybersecurity Schema Framework, version 1.3.0 (<https://schema.ocsf.io/1.3.0>).
///
/// What happens to a secret, a schedule or a hub is Entity Management (3004); the rest is Application Lifecycle (6002). What
/// the schema has no place for is below `unmapped`.
package struct OCSFEvent {
    private let entry: LoggedEntry
    private let detail: [String: JSONValue]

    package init(_ entry: LoggedEntry) {
        self.entry = entry
        detail = Self.fields(entry.detail)
    }

    /// The schema's version.
    package static let version = "1.3.0"

    private enum Class: Int64 {
        case entityManagement = 3004
        case applicationLifecycle = 6002
    }

    /// `activity_id` where the schema has a word for what happened, by event; 99 (Other) for the rest.
    static let activities: [String: Int64] = [
        "daemon.started": 3, "daemon.stopped": 4, "configuration.loaded": 8, "configuration.rejected": 8,
        "schedule.added": 1, "schedule.changed": 3, "schedule.removed": 4, "schedule.paused": 12,
        "schedule.resumed": 13,
        "rotation.succeeded": 3, "rotation.failed": 3,
        "secret.created": 1, "secret.listed": 2, "secret.updated": 3, "secret.deleted": 4,
        "hub.suspended": 12, "hub.resumed": 13,
    ]

    /// Events that say that something was not done.
    static let failures: Set<String> = [
        "rotation.failed", "secret.failed", "configuration.rejected", "access.refused", "witness.failed",
        "restore.held",
    ]

    /// Events that a person should look at.
    static let warnings: Set<String> = [
        "rotation.parked", "rotation.missed", "rotation.abandoned", "drift.found", "hub.suspended", "clock.skewed",
        "candidate.kept", "storage.replaced", "fence.lost",
    ]

    /// The event on one line.
    package var text: String {
        let event = entry.event ?? "unknown"
        let activity = Self.activities[event] ?? 99
        let isFailure = Self.failures.contains(event)
        // Informational, Medium or High.
        let severity: Int64 = isFailure ? 4 : Self.warnings.contains(event) ? 3 : 1
        return JSONValue.fields([
            "activity_id": .integer(activity),
            "activity_name": activity == 99 ? .string(event) : nil,
            "actor": actor,
            "app": kind == .applicationLifecycle ? product : nil,
            "category_uid": .integer(kind.rawValue / 1000),
            "class_uid": .integer(kind.rawValue),
            "comment": kind == .entityManagement ? detail["reason"] : nil,
            "device": entry.host.map { .fields(["hostname": .string($0), "type_id": 0]) },
            "entity": kind == .entityManagement ? entity : nil,
            "metadata": metadata(event),
            "severity_id": .integer(severity),
            "status_id": .integer(isFailure ? 2 : 1),
            "time": entry.time.flatMap { Instant(rfc3339: $0) }.map { .integer($0.rawValue) },
            "type_uid": .integer(kind.rawValue * 100 + activity),
            "unmapped": unmapped,
        ]).canonicalText
    }

    private var kind: Class {
        entry.hub == nil ? .applicationLifecycle : .entityManagement
    }

    private var product: JSONValue {
        .fields([
            "name": "secret-rotator", "vendor_name": "secret-rotator", "version": entry.version.map(JSONValue.string),
        ])
    }

    private func metadata(_ event: String) -> JSONValue {
        .fields([
            "event_code": .string(event), "log_name": "audit_log", "product": product, "sequence": .integer(entry.seq),
            "version": .string(Self.version),
        ])
    }

    private var actor: JSONValue {
        let user: JSONValue = .fields([
            "name": .string(entry.actorName ?? entry.actorKind ?? "unknown"),
            "type": entry.actorKind == "user" ? nil : "Service",
            // User, or Other.
            "type_id": entry.actorKind == "user" ? 1 : 99,
            "uid": entry.actorUID.map { .string("\($0)") },
        ])
        return .fields(["user": user])
    }

    private var entity: JSONValue {
        let type =
            switch entry.event?.prefix(while: { $0 != "." }) {
            case "schedule": "Rotation schedule"
            case "hub": "Secret store"
            default: entry.alias == nil ? "Secret store" : "Secret"
            }
        let name = [entry.hub, entry.alias].compactMap(\.self).joined(separator: "/")
        return .fields(["name": .string(name), "type": .string(type), "type_id": 99, "uid": .string(name)])
    }

    private static func fields(_ text: String?) -> [String: JSONValue] {
        guard let text, case .object(let fields) = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        else { return [:] }
        return fields
    }

    private var unmapped: JSONValue {
        .fields([
            "boot": entry.boot.map(JSONValue.string), "detail": detail.isEmpty ? nil : .object(detail),
            "rotation": entry.rotation.map(JSONValue.string), "trigger": entry.trigger.map(JSONValue.string),
        ])
    }
}
