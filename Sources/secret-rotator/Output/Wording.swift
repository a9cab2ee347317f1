import AIHubClient
import AuditLog
import RotationEngine
import RotationStore
import Scheduling
import ValueGenerators

extension JSONValue {
    /// A text, or nothing.
    static func text(_ text: String?) -> JSONValue? { text.map { .string($0) } }
    /// An instant as RFC 3339, or nothing.
    static func instant(_ instant: Instant?) -> JSONValue? { instant.map { .string($0.rfc3339) } }
    /// A number, or nothing.
    static func number(_ number: Int?) -> JSONValue? { number.map { .integer(Int64($0)) } }
}

extension Instant {
    /// The instant to the second, for tables: `2026-11-23 11:26:12Z`.
    var short: String {
        let text = rfc3339
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + "Z"
    }
}

extension Schedule {
    /// The cadence as the configuration writes it.
    var cadenceText: String {
        switch definition.cadence {
        case .every(let period): "every " + DurationText.format(period.duration)
        }
    }

    /// The schedule as `--json` has it.
    func json(now: Instant) -> JSONValue {
        guard case .every(let period) = definition.cadence else { return [:] }
        return .fields([
            "hub": .string(secret.hub),
            "alias": .string(secret.alias.text),
            "secret": .string("\(secret)"),
            "every": .string(DurationText.format(period.duration)),
            "min_interval": .string(DurationText.format(definition.minInterval)),
            "generator": .string(definition.generator.type),
            "policy_hash": .string(definition.generator.policyHash),
            "owner": .text(definition.owner),
            "policy": .text(definition.policy),
            "next_due": .instant(nextDue),
            "last_success": .instant(lastSuccess),
            "failures": .integer(Int64(failures)),
            "paused": .bool(isPaused(at: now)),
            "paused_until": .instant(pause?.until),
            "pause_reason": .text(pause?.reason),
        ])
    }
}

extension StoredRotation {
    /// How it stands, in a word.
    var outcome: String {
        rotation.state.ending?.name ?? storedOutcome ?? rotation.state.phaseName
    }

    /// The rotation as `--json` has it.
    var json: JSONValue {
        .fields([
            "rotation": .string(rotation.id.rawValue),
            "hub": .string(rotation.secret.hub),
            "alias": .string(rotation.secret.alias.text),
            "secret": .string("\(rotation.secret)"),
            "trigger": .string(rotation.trigger.rawValue),
            "phase": .string(rotation.state.phaseName),
            "outcome": .text(storedOutcome),
            "attempts": .integer(Int64(rotation.state.tally.attempts)),
            "confirmed": isConfirmed.map { .bool($0) },
            "error": .text(error),
            "policy_hash": .string(rotation.generator.policyHash),
            "scheduled_for": .instant(rotation.slot),
            "opened_at": .instant(rotation.openedAt),
            "next_step_at": .instant(closedAt == nil ? rotation.state.wakeAt : nil),
            "ended_at": .instant(endedAt),
            "closed_at": .instant(closedAt),
        ])
    }
}
