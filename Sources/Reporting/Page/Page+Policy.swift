import RotationStore
import Scheduling

/// What is to be done, what enforces it, and what was done: the table that PCI DSS 8.6.3 asks for.
extension AuditReport {
    var policySection: HTML {
        section("policy", "Policy and practice") {
            tag(
                "p",
                text: """
                    For each secret: the written policy (PCI DSS 8.6.3 asks for a targeted risk analysis, 12.3.1), the schedule \
                    and generator that enforce it, and what happened from the first to the last instant of the range.
                    """
            )
            if standings.count == 0 {
                nothing("No secret had a schedule or was rotated in this range.")
            } else {
                tag("ul", .class("verdicts")) {
                    for verdict in Verdict.allCases {
                        let count = verdicts[verdict] ?? 0
                        if count > 0 {
                            tag("li") {
                                chip(verdict)
                                " \(count.grouped) of \(standings.count.grouped): \(verdict.meaning)"
                            }
                        }
                    }
                    if withoutPolicy > 0 {
                        tag("li", text: "\(withoutPolicy.grouped) scheduled without a written policy")
                    }
                }
                policyTable
                rest(standings, "secrets", .scheduled(at: period.end, archived: verification.archived))
            }
            evidence(Array(coverage.prefix(1)) + [overdue])
        }
    }

    private var policyTable: HTML {
        table(
            "policy-table",
            caption: "Policy, schedule and practice by secret, the worst first",
            [
                Column("Secret", .secret), Column("Result"), Column("Written policy"),
                Column("Schedule and generator", .words), Column("Rotations in the range"),
                Column("Age at the end, of its maximum"), Column("Greatest age in the range"),
            ],
            class: "policy",
            rows: standings.shown.map(row)
        )
    }

    private func row(_ standing: Standing) -> [Cell] {
        [
            .head(standing.secret),
            .html(chip(standing.verdict)),
            .html(policy(standing)),
            .html(schedule(standing)),
            .html(practice(standing)),
            .html(age(standing)),
            .html(greatest(standing.ages)),
        ]
    }

    private func practice(_ standing: Standing) -> HTML {
        let total = standing.total
        let counts = [
            (total.succeeded, "succeeded"), (total.failed, "failed"), (total.abandoned, "abandoned"),
            (total.missed, "missed"),
        ]
        .filter { $0.0 > 0 }.map { "\($0.0.grouped)\u{A0}\($0.1)" }
        var last = HTML("never rotated")
        if let success = standing.lastSuccess {
            last = HTML("last success ") + tag("time", .time(success.rfc3339), text: success.short)
        }
        return HTML("div", [], HTML(counts.isEmpty ? "none" : counts.joined(separator: ", ")))
            + HTML("div", [.class("minor")], last)
    }

    private func policy(_ standing: Standing) -> HTML {
        var all = HTML("div", [], HTML(standing.terms?.policy ?? "none written"))
        if let owner = standing.terms?.owner { all += HTML("div", [.class("minor")], HTML("owner \(owner)")) }
        return all
    }

    private func schedule(_ standing: Standing) -> HTML {
        guard let terms = standing.terms else {
            return HTML(keptSince == nil ? "never scheduled" : "no schedule in the kept entries")
        }
        let maximum = terms.maximumAgeText.map { "max_age \($0)" } ?? "no max_age"
        let removed = standing.isScheduled ? nil : "removed"
        let paused = standing.isPaused ? "paused" : nil
        let first = [removed, paused, terms.cadence, maximum, terms.limits.isEmpty ? nil : terms.limits].compactMap {
            $0
        }
        var all = HTML("div", [], HTML(first.joined(separator: ", ")))
        all += HTML("div", [.class("minor")], HTML(terms.generator))
        return all
    }

    private func age(_ standing: Standing) -> HTML {
        guard let age = standing.ages.age else { return HTML("—") }
        guard let maximum = standing.ages.maximum else { return HTML(age.words) }
        return Self.ageBar(age, maximum) + HTML("div", [], HTML("\(age.words) of \(maximum.words)"))
    }

    private func greatest(_ ages: SecretAges) -> HTML {
        guard let oldest = ages.oldest else { return HTML("—") }
        guard ages.timesExceeded > 0 else { return HTML(oldest.words) }
        let times = ages.timesExceeded == 1 ? "once" : "\(ages.timesExceeded.grouped) times"
        return HTML("\(oldest.words): too old \(times), by up to \(ages.mostExceeded.words)")
    }

    func chip(_ verdict: Verdict) -> HTML {
        tag("span", .class(verdict.style)) {
            tag("span", .fixed("aria-hidden", "true"), text: verdict.mark)
            verdict.name
        }
    }
}

extension AuditReport.Verdict {
    var name: String {
        switch self {
        case .overdue: "overdue"
        case .exceeded: "was overdue"
        case .unscheduled: "not scheduled"
        case .noMaximumAge: "no maximum age"
        case .notRotated: "not rotated yet"
        case .held: "held"
        }
    }

    var meaning: String {
        switch self {
        case .overdue: "older than the maximum age at the end of the range"
        case .exceeded: "older than the maximum age at times, not at the end"
        case .unscheduled: "no schedule at the end of the range"
        case .noMaximumAge: "scheduled without a maximum age, so nothing to hold it against"
        case .notRotated: "the age counts from when its schedule was added; the value may be older"
        case .held: "never older than the maximum age"
        }
    }

    fileprivate var mark: String {
        switch self {
        case .overdue: "▲ "
        case .exceeded: "△ "
        case .unscheduled, .noMaximumAge, .notRotated: "○ "
        case .held: "✓ "
        }
    }

    fileprivate var style: StaticString {
        switch self {
        case .overdue: "chip bad"
        case .exceeded: "chip warn"
        case .unscheduled, .noMaximumAge, .notRotated: "chip"
        case .held: "chip good"
        }
    }
}
