import RotationCore
import RotationStore
import Scheduling

/// Words that several outputs share.
enum Wording {
    /// `once`, `twice`, `3 times`.
    static func times(_ count: Int) -> String {
        switch count {
        case 1: "once"
        case 2: "twice"
        default: "\(count) times"
        }
    }
}

extension JSONValue {
    /// The text as JSON; nil for nil.
    static func text(_ text: String?) -> JSONValue? { text.map { .string($0) } }
    /// The instant in RFC 3339 as JSON; nil for nil.
    static func instant(_ instant: Instant?) -> JSONValue? { instant.map { .string($0.rfc3339) } }
    /// The number as JSON; nil for nil.
    static func number(_ number: Int?) -> JSONValue? { number.map { .integer(Int64($0)) } }

    /// The value as a table shows it: texts as they are, lists of texts with commas, all else as JSON.
    var word: String {
        switch self {
        case .string(let text): return text
        case .array(let values):
            let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
            return texts.count == values.count ? texts.joined(separator: ",") : canonicalText
        default: return canonicalText
        }
    }
}

extension Instant {
    /// The instant to the second, for tables: `2026-11-23 11:26:12Z`.
    var short: String {
        let text = rfc3339
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + "Z"
    }
}

extension Instant? {
    /// The instant to the second, or `on change` for an instant that is not known yet.
    var shortOrOnChange: String { self?.short ?? "on change" }
}

extension ScheduleDefinition {
    /// The cadence for people: `every 30d`, `cron 0 3 * * 1 (Europe/Berlin)`, or `on change`.
    var cadenceText: String {
        switch cadence {
        case .every(let period): "every " + DurationText.format(period.duration)
        case .cron(let expression): "cron \(expression.text) (\(timezone?.name ?? "UTC"))"
        case .onChange: "on change"
        }
    }
}

extension Schedule {
    /// The schedule for `--json`: the keys of the schedule file, and its state.
    ///
    /// `generator` is the type alone; its parameters are in `generator_policy`.
    func json(now: Instant) -> JSONValue {
        var fields = definition.fields
        fields["generator_policy"] = fields["generator"]
        let more: [String: JSONValue?] = [
            "hub": .string(secret.hub),
            "alias": .string(secret.alias.text),
            "secret": .string("\(secret)"),
            "generator": .string(definition.generator.type),
            "policy_hash": .string(definition.generator.policyHash),
            "slot": .instant(slot),
            "next_due": .instant(nextDue),
            "overdue_since": .instant(overdueSince(now: now)),
            "last_success": .instant(lastSuccess),
            "failures": .integer(Int64(failures)),
            "paused": .bool(isPaused(at: now)),
            "paused_until": .instant(pause?.until),
            "pause_reason": .text(pause?.reason),
        ]
        return .object(fields.merging(more.compactMapValues { $0 }) { $1 })
    }
}

extension StoredRotation {
    /// The outcome as one word; the phase while the rotation is open.
    var outcome: String {
        rotation.state.ending?.name ?? storedOutcome ?? rotation.state.phaseName
    }

    /// The rotation for `--json`.
    var json: JSONValue {
        let step = failure?.step.map { JSONValue.fields($0.detail) }
        let deferred = rotation.state.tally.deferred.map { JSONValue.fields($0.detail) }
        return .fields([
            "failed_step": step,
            "deferred_step": deferred,
            "rotation": .string(rotation.id.rawValue),
            "hub": .string(rotation.secret.hub),
            "alias": .string(rotation.secret.alias.text),
            "secret": .string("\(rotation.secret)"),
            "trigger": .string(rotation.trigger.rawValue),
            "phase": .string(rotation.state.phaseName),
            "outcome": .text(storedOutcome),
            "decision": .text(decision),
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
