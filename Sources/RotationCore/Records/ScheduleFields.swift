import Scheduling

extension ScheduleDefinition {
    /// The definition by the keys of the schedule file, as the audit log and `--json` have it; what is not set is
    /// absent.
    package var fields: [String: JSONValue] {
        let fields: [String: JSONValue?] = [
            "every": cadence.period.map { .string(DurationText.format($0.duration)) },
            "cron": cadence.expression.map { .string($0.text) },
            "timezone": timezone.map { .string($0.name) },
            "window": window.map { .string(DurationText.format($0)) },
            "jitter": jitter > .zero ? .string(DurationText.format(jitter)) : nil,
            "max_age": maxAge.map { .string(DurationText.format($0)) },
            "catch_up": catchUp == .once ? nil : .string(catchUp.rawValue),
            "group": group.map { .string($0.name) },
            "group_spacing": group.map { .string(DurationText.format($0.spacing)) },
            "generator": generator.fields,
            "min_interval": .string(DurationText.format(minInterval)),
            "allowed_workspaces": access?.field,
            "description": description.map(JSONValue.string),
            "finish_after": .string(DurationText.format(finishAfter)),
            "owner": owner.map(JSONValue.string),
            "policy": policy.map(JSONValue.string),
        ]
        return fields.compactMapValues { $0 }
    }
}

extension WorkspaceAccess {
    /// The key `allowed_workspaces` of the schedule file.
    package var field: JSONValue {
        switch self {
        case .all: "all"
        case .nobody: "none"
        case .only(let workspaces): .array(workspaces.map(JSONValue.string))
        }
    }
}
