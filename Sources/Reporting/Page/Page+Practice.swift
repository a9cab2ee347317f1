import RotationStore
import Scheduling

/// What was managed, how old it became, and what happened when.
extension AuditReport {
    var coverageSection: HTML {
        section("coverage", "Coverage") {
            if coverage.allSatisfy({ $0.count == 0 }) {
                nothing("Nothing was managed: no schedule was there, and no secret was rotated.")
            } else {
                tag("dl", .class("figures")) {
                    for figure in coverage {
                        tag("div") {
                            tag("dt", text: figure.name)
                            tag("dd", text: figure.count.grouped)
                        }
                    }
                }
            }
            tag(
                "p",
                .class("minor"),
                text: """
                    The history knows what is managed. What the hub holds beside it, only the hub can say: compare with a list \
                    of its secrets of the same time.
                    """
            )
            evidence(coverage)
        }
    }

    // MARK: Age

    var ageSection: HTML {
        section("age", "Age against policy") {
            let scheduled = ageBands.reduce(0) { $0 + $1.count }
            tag("p") {
                tag("b", text: overdue.count == 0 ? "No secret was overdue" : "\(overdue.count.grouped) overdue")
                " at the end of the range, of \(scheduled.grouped) with a schedule."
            }
            if scheduled > 0 {
                table(
                    "age-table",
                    caption: "Age of values at the end of the range",
                    [Column("Age"), Column("Secrets", .number), Column("Share")],
                    class: "narrow",
                    rows: ageBands.map { band in
                        let isBad = band.name.hasPrefix("overdue")
                        return [
                            .head(band.name), .count(band.count),
                            .html(Self.shareBar(band.count, of: scheduled, isBad: isBad)),
                        ]
                    }
                )
            }
            if overdueByBucket.contains(where: { $0 > 0 }) {
                bars("Secrets overdue at the end of each \(buckets.unit):", [("bad fill", overdueByBucket)])
                bucketTable("overdue-table", "Secrets overdue", [Column("Overdue", .number)]) { [overdueByBucket[$0]] }
            } else {
                nothing("No secret was overdue at the end of any \(buckets.unit) of the range.")
            }
            evidence([overdue])
        }
    }

    /// The figures of a picture, where there are any.
    private func bucketTable(
        _ id: StaticString,
        _ caption: String,
        _ columns: [Column],
        _ values: (Int) -> [Int]
    ) -> HTML {
        let rows: [[Cell]] = (0..<buckets.count).compactMap { bucket in
            let values = values(bucket)
            guard values.contains(where: { $0 > 0 }) else { return nil }
            return [.head(buckets.label(of: bucket))] + values.map { Cell.count($0) }
        }
        return tag("details") {
            tag("summary", text: "\(caption): the figures")
            table(
                id,
                caption: "\(caption), by \(buckets.unit) (UTC)",
                [Column("From")] + columns,
                class: "narrow",
                rows: rows
            )
        }
    }

    // MARK: Timeline

    var timelineSection: HTML {
        section("timeline", "Timeline") {
            let ended = rotations.prefix(3).reduce(0) { $0 + $1.count }
            if ended == 0 && missedFigure.count == 0 {
                nothing("No rotation ended in this range, and no slot was missed.")
            } else {
                tag("p", text: "\(ended.grouped) rotations ended: \(endings.listed). \(openAtEnd)")
                bars("Succeeded:", [("ok", allSecrets.map(\.succeeded))])
                if allSecrets.contains(where: { $0.failed + $0.abandoned + $0.missed > 0 }) {
                    bars(
                        "Failed, abandoned (bottom) and missed (top):",
                        [
                            ("bad fill", allSecrets.map { $0.failed + $0.abandoned }),
                            ("missed", allSecrets.map(\.missed)),
                        ]
                    )
                }
                bucketTable(
                    "all-table",
                    "Rotations of all secrets",
                    [
                        Column("Succeeded", .number), Column("Failed", .number),
                        Column("Abandoned", .number), Column("Missed", .number),
                    ]
                ) {
                    [allSecrets[$0].succeeded, allSecrets[$0].failed, allSecrets[$0].abandoned, allSecrets[$0].missed]
                }
                legend
                table(
                    "timeline-table",
                    caption: "By secret, from \(buckets.label(of: 0)), one place a \(buckets.unit); most trouble first",
                    [
                        Column("Secret", .secret), Column("When"), Column("Succeeded", .number),
                        Column("Failed", .number), Column("Missed", .number),
                    ],
                    class: "timeline",
                    rows: timeline.shown.map { row in
                        [
                            .head(row.secret), .html(strip(row)), .count(row.total.succeeded), .count(row.total.failed),
                            .count(row.total.missed),
                        ]
                    }
                )
                rest(timeline, "secrets", .rotations(endedFrom: period.start, to: period.end))
            }
            evidence(rotations)
        }
    }

    private var endings: [String] { rotations.prefix(3).map { "\($0.count.grouped) \($0.name)" } }

    private var openAtEnd: String {
        let open = rotations.last?.count ?? 0
        return open == 0
            ? "None was open at the end." : "\(open.grouped) \(open == 1 ? "was" : "were") open at the end."
    }

    private var legend: HTML {
        tag("ul", .class("legend")) {
            for (name, style, path) in Self.signs {
                tag("li") {
                    tag(
                        "svg",
                        .viewBox(10, 10),
                        .number("width", 12),
                        .number("height", 12),
                        .fixed("aria-hidden", "true")
                    ) { tag("path", .class(style), .path(path)) {} }
                    " \(name)"
                }
            }
        }
    }

    private static var signs: [(String, StaticString, VectorPath)] {
        var (box, cross, circle, square) = (VectorPath(), VectorPath(), VectorPath(), VectorPath())
        box.box(2, 2, 6, 7)
        cross.cross(2, 2, 6)
        circle.circle(5, 5, 3)
        square.box(2, 2, 6, 6)
        return [
            ("succeeded", "ok", box), ("failed", "bad", cross), ("missed", "open", circle),
            ("abandoned", "open", square),
        ]
    }
}

extension [String] {
    /// The texts as a list of a sentence: `a, b and c`.
    var listed: String {
        guard count > 1, let last else { return first ?? "" }
        return dropLast().joined(separator: ", ") + " and " + last
    }
}
