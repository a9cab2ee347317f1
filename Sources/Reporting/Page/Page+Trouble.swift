import RotationStore
import Scheduling

/// What went wrong, how long it lasted, and what is out of order.
extension AuditReport {
    var recoverySection: HTML {
        section("recovery", "Failures and time to recover") {
            let failed = rotations.first { $0.name == "failed" }
            let ended = rotations.prefix(3).reduce(0) { $0 + $1.count }
            if failed?.count ?? 0 == 0 {
                nothing("No rotation failed in this range: 0 of \(ended.grouped) that ended.")
            } else {
                tag(
                    "p",
                    text:
                        "\((failed?.count ?? 0).grouped) of \(ended.grouped) rotations that ended failed. \(recoveryWords)"
                )
                table(
                    "errors-table",
                    caption: "Why rotations failed",
                    [Column("Error class"), Column("Failed", .number)],
                    class: "narrow",
                    rows: errors.map { [.head($0.name), .count($0.count)] }
                )
            }
            if episodes.count > 0 {
                table(
                    "episodes-table",
                    caption: "From the first failure to the next success, the newest first",
                    [
                        Column("Secret", .secret), Column("Failed first"), Column("Succeeded again"),
                        Column("Time to recover"),
                        Column("Failures", .number), Column("Last error"),
                    ],
                    rows: episodes.shown.map { episode in
                        [
                            .head(episode.secret), .time(episode.start),
                            episode.end.map { .time($0) } ?? .html(tag("span", .class("chip bad"), text: "▲ not yet")),
                            .text(episode.end.map { episode.start.duration(to: $0).words } ?? "—"),
                            .count(episode.failures), .text(episode.cause),
                        ]
                    }
                )
                rest(
                    episodes,
                    "times of failures",
                    .rotations(endedFrom: period.start, to: period.end, " AND outcome = 'failed'")
                )
            }
            evidence(failed.map { [$0] } ?? [])
        }
    }

    private var recoveryWords: String {
        let open = openEpisodes
        let lasting =
            open == 0 ? "None still fails." : "\(open.grouped) still \(open == 1 ? "fails" : "fail") at the end."
        guard let longest = recoveries.last else { return lasting }
        let median = recoveries[recoveries.count / 2].words
        let times = recoveries.count == 1 ? "once" : "\(recoveries.count.grouped) times"
        return "Secrets recovered \(times): median \(median), longest \(longest.words). \(lasting)"
    }

    var missedSection: HTML {
        section("missed", "Missed slots") {
            if missedFigure.count == 0 {
                nothing(
                    "No slot was missed in this range: each one led to a rotation, or was deferred within its window."
                )
            } else {
                tag("p", text: "\(missedFigure.count.grouped) slots passed without a rotation.")
                table(
                    "missed-table",
                    caption: "Missed slots, the newest first",
                    [Column("Secret", .secret), Column("Slot"), Column("Recorded"), Column("Why"), Column("Due next")],
                    rows: missed.shown.map { miss in
                        [
                            .head(miss.secret), .time(miss.slot), .time(miss.time), .text(Self.words(miss.reason)),
                            .time(miss.nextDue),
                        ]
                    }
                )
                rest(missed, "missed slots", missedFigure.query)
            }
            evidence([missedFigure])
        }
    }

    private static func words(_ reason: String) -> String {
        switch reason {
        case "window": "its window was over"
        case "skipped": "the daemon was down, and the schedule skips such slots"
        default: reason
        }
    }

    var exceptionSection: HTML {
        section("exceptions", "Exceptions at the end of the range") {
            if exceptions.count == 0 {
                nothing(
                    """
                    No exception: no secret is overdue, failing, parked, paused, never rotated, of unknown value, changed by \
                    others, or found to be missing or unmanaged.
                    """
                )
            } else {
                let counts = Exception.Kind.allCases.compactMap { kind in
                    exceptionCounts[kind].map { "\($0.grouped) \(kind.name)" }
                }
                tag("p", text: counts.listed + ".")
                table(
                    "exceptions-table",
                    caption: "Exceptions at \(period.end.short) UTC",
                    [Column("Secret", .secret), Column("What"), Column("Since"), Column("By"), Column("Why", .words)],
                    rows: exceptions.shown.map { exception in
                        [
                            .head(exception.secret),
                            .html(
                                tag("span", .class(exception.kind.isBad ? "chip bad" : "chip warn")) {
                                    tag("span", .fixed("aria-hidden", "true"), text: exception.kind.isBad ? "▲ " : "△ ")
                                    exception.kind.name
                                }
                            ),
                            .time(exception.since), .text(exception.by?.description ?? "—"),
                            .text(exception.reason.flatMap { $0.isEmpty ? nil : $0 } ?? "—"),
                        ]
                    }
                )
                rest(exceptions, "exceptions", .scheduled(at: period.end, archived: verification.archived))
            }
            evidence([overdue] + rotations.suffix(1))
        }
    }
}

extension AuditReport.Exception.Kind {
    var name: String {
        switch self {
        case .overdue: "overdue"
        case .failing: "failing"
        case .parked: "parked"
        case .valueUnknown: "value unknown"
        case .changed: "changed by others"
        case .unknownChange: "unknown change"
        case .missing: "missing"
        case .unmanaged: "unmanaged"
        case .paused: "paused"
        case .neverRotated: "never rotated"
        }
    }

    fileprivate var isBad: Bool {
        switch self {
        case .overdue, .failing, .parked, .valueUnknown, .changed, .unknownChange, .missing: true
        case .paused, .neverRotated, .unmanaged: false
        }
    }
}
