import RotationStore
import Scheduling

/// The top of the page: what it is about, whether it can be believed, and the figures to look at first.
extension AuditReport {
    var masthead: HTML {
        tag("header") {
            tag("h1", text: "Secret rotation report")
            tag("p", .class("range")) { range }
            if let head {
                tag("p", .class("source")) {
                    "Host "
                    tag("b", text: head.host)
                    ". The history has \(head.seq.grouped) entries, the newest of \(head.time.short) UTC."
                }
                if head.time < period.end, head.time.duration(to: madeAt) > .seconds(86_400) {
                    tag("p", .class("source"), text: "Nothing was recorded after that.")
                }
            } else {
                tag("p", .class("source"), text: "The history is empty.")
            }
            if let archive { tag("p", .class("source"), text: archive) }
        }
    }

    /// Which time the report can't judge; nil where nothing is archived.
    private var archive: String? {
        guard verification.archived > 0 else { return nil }
        let last = keptSince.map { ", up to \($0.short) UTC," } ?? ""
        let judged =
            keptSince.map { since in
                since >= period.end
                    ? " That is the whole range: it can't be judged here."
                    : since > period.start
                        ? " Ages are judged from then on." : ""
            } ?? ""
        return
            "Entries 1 to \(verification.archived.grouped)\(last) are archived: schedules' changes before that are not in this "
            + "report, nor are requests, missed slots, decisions and other events. Which secrets were managed then is known from the "
            + "table of schedules, and how rotations ended from the table of rotations.\(judged)"
    }

    /// Whether the history is as it was written; damage comes before all else.
    var verdictBanner: HTML {
        let class_: StaticString =
            verification.isSound ? (verification.isProven ? "banner good" : "banner fair") : "banner bad"
        return tag("section", .id("verdict"), .class(class_), .labelled(by: "verdict-title")) {
            tag("h2", .id("verdict-title")) {
                tag("span", .class("mark"), .fixed("aria-hidden", "true"), text: verification.mark)
                verification.headline
            }
            tag("p", text: verification.explanation)
            if verification.archived > 0 {
                tag(
                    "p",
                    text: """
                        Entries 1 to \(verification.archived.grouped) were archived: only their hashes were compared, and no count \
                        of events includes them. Rotations that ended by then are counted, by the table of rotations; their \
                        outcomes can't be compared with the entries.
                        """
                )
            }
            if !verification.problems.isEmpty {
                tag("ul") { for problem in verification.problems { tag("li", text: problem) } }
                if verification.problemCount > verification.problems.count {
                    tag(
                        "p",
                        text:
                            "and \((verification.problemCount - verification.problems.count).grouped) more: audit verify"
                    )
                }
            }
            tag("p") { tag("a", .link(to: "verification"), text: "Checkpoint and details") }
        }
    }

    // MARK: Figures

    /// The figures to look at first; each leads to its section.
    var glance: HTML {
        let failed = rotations.first { $0.name == "failed" }?.count ?? 0
        let succeeded = rotations.first { $0.name == "succeeded" }?.count ?? 0
        let scheduled = coverage.first?.count ?? 0
        return tag("section", .id("glance")) {
            tag("h2", text: "At a glance")
            tag("ul", .class("tiles")) {
                tile("coverage", scheduled.grouped, scheduled == 1 ? "secret managed" : "secrets managed")
                tile("age", overdue.count.grouped, "overdue at the end", isBad: overdue.count > 0)
                tile("timeline", succeeded.grouped, succeeded == 1 ? "rotation succeeded" : "rotations succeeded")
                tile(
                    "recovery",
                    failed.grouped,
                    failed == 1 ? "rotation failed" : "rotations failed",
                    isBad: failed > 0
                )
                tile("missed", missedFigure.count.grouped, "missed slots", isBad: missedFigure.count > 0)
                tile("exceptions", exceptions.count.grouped, "exceptions at the end", isBad: exceptions.count > 0)
                tile("emergency", emergencyFigure.count.grouped, "rotations on demand")
                tile(
                    "gaps",
                    uptime.map(Self.percent) ?? "–",
                    uptime == nil
                        ? keptSince == nil ? "the daemon never ran" : "no start of the daemon is kept"
                        : "of the time the daemon ran"
                )
            }
        }
    }

    private func tile(_ id: StaticString, _ value: String, _ name: String, isBad: Bool = false) -> HTML {
        tag("li") {
            tag("a", .class(isBad ? "tile attention" : "tile"), .link(to: id)) {
                tag("b", text: value)
                " "
                tag("span", text: name)
            }
        }
    }

    static func percent(_ share: Double) -> String {
        let hundredths = Int((share * 10_000).rounded(.down))
        guard hundredths < 10_000 else { return "100 %" }
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) %"
    }

    /// Links to the sections.
    var contents: HTML {
        tag("nav", .fixed("aria-label", "Sections")) {
            tag("ol") {
                for (id, name) in Self.sections { tag("li") { tag("a", .link(to: id), text: "\(name)") } }
            }
        }
    }

    private static let sections: [(StaticString, StaticString)] = [
        ("policy", "Policy and practice"), ("coverage", "Coverage"), ("age", "Age against policy"),
        ("timeline", "Timeline"),
        ("recovery", "Failures and recovery"), ("missed", "Missed slots"), ("exceptions", "Exceptions"),
        ("emergency", "On demand"), ("decisions", "Decisions"), ("changes", "Policy changes"), ("gaps", "Daemon down"),
        ("incidents", "Other events"), ("verification", "Verification"), ("method", "Method"),
    ]
}

extension AuditReport.Verification {
    /// Whether a signed checkpoint covers entries, and its signature was checked.
    var isProven: Bool { checkpoints > 0 && signaturesChecked }

    var mark: String { isSound ? (isProven ? "✓ " : "○ ") : "✕ " }

    var headline: String {
        guard isSound else { return conclusion }
        guard entries > 0 else { return "The history is empty" }
        guard isProven else { return "No change of the history was found, but nothing proves that" }
        return "The history is as it was written"
    }

    var explanation: String {
        guard entries > 0 || !isSound else { return "Nothing was recorded yet: there is nothing to verify." }
        let all = entries == 1 ? "The only entry was" : "All \(entries.grouped) entries were"
        guard isSound else {
            return
                "\(all) read and compared with their Merkle tree and the signed checkpoints, and the outcomes of rotations with "
                + "the entries. Until what differs is explained, no figure of this report can be relied upon."
        }
        guard checkpoints > 0 else {
            return
                "\(all) read and agree with their Merkle tree\(outcomes). No signed checkpoint was there: who changes entries can change "
                + "the tree, too."
        }
        let count = checkpoints == 1 ? "one checkpoint" : "\(checkpoints.grouped) checkpoints"
        let signed = signaturesChecked ? "signatures were checked" : "signatures were not checked: give --key"
        return
            "\(all) read and agree with their Merkle tree and with \(count), up to entry \(provenUpTo.grouped)\(outcomes); "
            + "\(signed)."
    }

    /// What was compared beside the entries.
    private var outcomes: String {
        switch rotations {
        case 0: ""
        case 1: ", and the outcome of the only rotation that ended is the one of its entry"
        default: ", and the outcomes of \(rotations.grouped) rotations are those of their entries"
        }
    }
}
