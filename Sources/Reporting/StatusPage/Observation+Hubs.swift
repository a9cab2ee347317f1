import RotationCore
import RotationStore
import Scheduling

/// The sections about hubs and the audit log.
extension Observation {
    /// Each hub with its secrets.
    var hubSection: HTML {
        tag("section", .id("hubs")) {
            tag("h2", text: "Hubs")
            table(
                "hubs-table",
                caption: "Configured hubs",
                [
                    Column("Hub", .secret), Column("State"), Column("Secrets", .number),
                    Column("Overdue", .number), Column("Open", .number), Column("Next due"), Column("Oldest rotation"),
                ],
                rows: hubs.map(row)
            )
        }
    }

    private func row(_ name: String) -> [Cell] {
        let hub = figures?.hubs.first { $0.name == name }
        return [
            .head(name), .html(hub.map { state($0.status) } ?? HTML("—")), .count(hub?.secrets ?? 0),
            .count(hub?.overdue ?? 0), .count(live.counts[name, default: 0]), .time(hub?.nextDue),
            .time(hub?.oldestSuccess),
        ]
    }

    private func state(_ status: HubStatus) -> HTML {
        switch status {
        case .available: chip("chip good", "✓ ", "available")
        case .failing: chip("chip warn", "△ ", "available, the last requests failed")
        case .halfOpen: chip("chip warn", "△ ", "answers again, and has accepted no update yet")
        case .paused(let pause): chip("chip warn", "‖ ", "paused until \(pause.until.short)")
        case .suspended(let suspension): chip("chip bad", "✕ ", "suspended (\(suspension.reason.rawValue))")
        }
    }

    private func chip(_ style: StaticString, _ mark: String, _ text: String) -> HTML {
        tag("span", .class(style)) {
            tag("span", .fixed("aria-hidden", "true"), text: mark)
            text
        }
    }

    /// The audit log: its size, its newest checkpoint, its witnesses.
    var logSection: HTML {
        tag("section", .id("log")) {
            tag("h2", text: "Audit log")
            tag("dl", .class("facts")) {
                fact("Entries", HTML(headSeq.grouped))
                if let checkpoint = figures?.checkpoint {
                    fact(
                        "Newest checkpoint",
                        HTML("of \(checkpoint.size.grouped) entries, ") + moment(checkpoint.signedAt)
                    )
                } else {
                    fact("Newest checkpoint", HTML("none: nothing is signed"))
                }
                for witness in figures?.witnesses ?? [] {
                    fact("Witness", HTML(witness.shortName + ": " + words(witness)))
                }
                if let verification {
                    fact(
                        "Last verification",
                        moment(verification.at)
                            + HTML(
                                verification.problems == 0 ? ", sound" : ", \(verification.problems) things are wrong"
                            )
                    )
                }
            }
        }
    }

    private func words(_ witness: WitnessStanding) -> String {
        if let failure = witness.failure { return "away since \(failure.since.short) (\(failure.error.rawValue))" }
        guard let cosigned = witness.cosigned else { return "not asked yet" }
        return "last cosigned \(cosigned.size.grouped) entries at \(cosigned.at.short)"
    }

    private func fact(_ name: StaticString, _ value: HTML) -> HTML {
        tag("div") {
            tag("dt", text: "\(name)")
            tag("dd") { value }
        }
    }
}
