import Scheduling

/// What people asked for, decided and changed; and what happened beside rotations.
extension AuditReport {
    var emergencySection: HTML {
        section("emergency", "Emergency and other rotations on demand") {
            if emergencyFigure.count == 0 {
                nothing("No rotation was requested in this range: no emergency, and no signal.")
            } else {
                tag(
                    "p",
                    text: "\(emergencyFigure.count.grouped) requests; a command that names many secrets is one row."
                )
                table(
                    "emergency-table",
                    caption: "Requests, the newest first",
                    [
                        Column("Secret", .secret), Column("Requested"), Column("By"), Column("Reason", .words),
                        Column("Ticket"),
                        Column("Result"), Column("Took"),
                    ],
                    rows: emergencies.shown.map(row)
                )
                rest(emergencies, "commands", emergencyFigure.query)
            }
            evidence([emergencyFigure])
        }
    }

    private func row(_ emergency: Emergency) -> [Cell] {
        var names = HTML()
        for secret in emergency.secrets.prefix(3) { names += tag("div") { secret.html } }
        if emergency.count > 3 { names += tag("div", text: "and \((emergency.count - 3).grouped) more") }
        let reason = [emergency.reason, emergency.despiteHold.map { "despite a hold: \($0)" }].compactMap { $0 }
        let known = emergency.outcomes.values.reduce(0, +)
        let outcomes = emergency.outcomes.sorted { $0.key < $1.key }
            .map { emergency.count == 1 ? $0.key : "\($0.value) \($0.key)" }
            .joined(separator: ", ")
        return [
            .head(names), .time(emergency.time), .text("\(emergency.actor)"),
            .text(reason.isEmpty ? "none given" : reason.joined(separator: "; ")), .text(emergency.ticket ?? "—"),
            .text(known < emergency.count ? "of the first \(known): \(outcomes)" : outcomes),
            .text(emergency.longest.map(\.words) ?? "—"),
        ]
    }

    var decisionSection: HTML {
        section("decisions", "Decisions by people") {
            tag(
                "p",
                .class("minor"),
                text: "Pauses, ends of rotations by hand, holds overridden, and what else a person has decided."
            )
            notes(
                "decisions-table",
                decisions,
                decisionsFigure,
                caption: "Decisions, the newest first",
                empty: "Nobody paused, resumed, abandoned or overrode anything in this range."
            )
        }
    }

    var changeSection: HTML {
        section("changes", "Policy changes") {
            let loosened = changes.shown.count { $0.loosens }
            if loosened > 0 {
                tag("p") {
                    tag("span", .class("chip warn"), text: "△ longer")
                    " marks \(loosened.grouped) \(loosened == 1 ? "change that lets" : "changes that let") values become older."
                }
            }
            notes(
                "changes-table",
                changes,
                changesFigure,
                caption: "Added, changed and removed schedules, the newest first",
                empty: "No schedule was added, changed or removed in this range."
            )
        }
    }

    var incidentSection: HTML {
        section("incidents", "Other events") {
            tag(
                "p",
                .class("minor"),
                text:
                    "Refused users, clock changes, refused configurations, hubs that were suspended, changes by hand and by others."
            )
            notes(
                "incidents-table",
                incidents,
                incidentsFigure,
                caption: "Other events, the newest first",
                empty: "None of these happened in this range."
            )
            if !events.isEmpty {
                tag("details") {
                    tag("summary", text: "All \(entriesFigure.count.grouped) entries of the range by event")
                    table(
                        "events-table",
                        caption: "Entries by event",
                        [Column("Event"), Column("Entries", .number)],
                        class: "narrow",
                        rows: events.map { [.head($0.event), .number($0.count.grouped)] }
                    )
                }
            }
        }
    }

    private func notes(
        _ id: StaticString,
        _ notes: Capped<Note>,
        _ figure: Figure,
        caption: String,
        empty: String
    ) -> HTML {
        var all = HTML()
        if notes.count == 0 {
            all += nothing(empty)
        } else {
            all += table(
                id,
                caption: caption,
                [
                    Column("Entry", .number), Column("Time"), Column("Event"), Column("Secret", .secret), Column("By"),
                    Column("What", .words),
                ],
                class: "notes",
                rows: notes.shown.map { note in
                    [
                        .number("\(note.seq)"), .time(note.time), .text(note.event),
                        .html(note.secret?.html ?? HTML("—")),
                        .text("\(note.actor)"), .html(text(note)),
                    ]
                }
            )
            all += rest(notes, "entries", figure.query)
        }
        return all + evidence([figure])
    }

    private func text(_ note: Note) -> HTML {
        let mark = note.loosens ? tag("span", .class("chip warn"), text: "△ longer") + HTML(" ") : HTML()
        return mark + HTML(note.text.isEmpty ? "—" : note.text)
    }

    // MARK: The daemon

    var gapSection: HTML {
        section("gaps", "While the daemon was down") {
            if daemonKnownSince == nil {
                nothing(
                    keptSince == nil
                        ? "No daemon has ever started with this history."
                        : "No start of the daemon is in the entries that are kept: when it ran before is not known."
                )
            } else if gaps.count == 0 {
                nothing("The daemon ran without a gap\(known).")
            } else {
                tag(
                    "p",
                    text: "\(gaps.count.grouped) \(gaps.count == 1 ? "gap" : "gaps"), \(downtime.words) in all"
                        + (uptime.map { ": the daemon ran \(Self.percent($0)) of the time" } ?? "") + "\(known)."
                )
                table(
                    "gaps-table",
                    caption: "Times without the daemon, the newest first",
                    [Column("From"), Column("Until"), Column("How long"), Column("How it stopped")],
                    rows: gaps.shown.map { gap in
                        [
                            .time(gap.start),
                            gap.end.map { .time($0) }
                                ?? .html(tag("span", .class("chip warn"), text: "△ not started again")),
                            .text(gap.start.duration(to: gap.end ?? period.end).words),
                            .text(
                                gap.wasGraceful
                                    ? "stopped in order" : "without a stop: a crash, or power; from its last entry"
                            ),
                        ]
                    }
                )
                rest(gaps, "gaps", gapFigure.query)
            }
            evidence([gapFigure])
        }
    }

    private var known: String {
        guard let since = daemonKnownSince, since > period.start else { return "" }
        return ", since its first start at \(since.short) UTC"
    }
}
