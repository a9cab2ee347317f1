import RotationCore
import RotationStore
import Scheduling

/// The sections about rotations: open ones, the next ones, those just ended, and the last days.
extension Observation {
    /// What is rotating, what comes next, and what has ended last.
    var nowSection: HTML {
        tag("section", .id("now")) {
            tag("div", .class("cards")) {
                tag("div") {
                    tag("h2", text: "Rotating now")
                    openList
                    tag("h2", .class("second"), text: "What comes next")
                    nextList
                }
                tag("div") {
                    tag("h2", text: "Just rotated")
                    recentList
                }
            }
        }
    }

    @HTMLBuilder private var openList: HTML {
        let open = live.oldest
        let count = live.counts.values.reduce(0, +)
        if open.isEmpty {
            nothing("No rotation is open.")
        } else {
            tag("ul", .class("list stacked")) {
                for rotation in open {
                    tag("li") {
                        tag("span", .class("name")) { SecretKey(rotation).html }
                        tag("span", .class(rotation.phase == "parked" ? "chip bad" : "chip")) {
                            rotation.phase.replacing("_", with: " ")
                            if rotation.attempts > 1 { ", attempt \(rotation.attempts)" }
                        }
                        tag("span", .class("when")) {
                            "since "
                            moment(rotation.openedAt)
                        }
                    }
                }
            }
            if count > open.count { tag("p", .class("minor"), text: "and \((count - open.count).grouped) more") }
        }
    }

    @HTMLBuilder private var recentList: HTML {
        if live.recent.isEmpty {
            nothing("No rotation has ended yet.")
        } else {
            tag("ul", .class("list stacked")) {
                for ended in live.recent {
                    tag("li") {
                        tag("span", .class("name")) { SecretKey(ended).html }
                        tag("span", .class(ended.outcome == "succeeded" ? "chip good" : "chip bad")) {
                            tag("span", .fixed("aria-hidden", "true"), text: ended.outcome == "succeeded" ? "✓ " : "✕ ")
                            ended.outcome
                            " in \(ended.openedAt.duration(to: ended.endedAt).words)"
                        }
                        tag("span", .class("when")) { moment(ended.endedAt) }
                    }
                }
            }
        }
    }

    /// The secrets that are due next.
    @HTMLBuilder private var nextList: HTML {
        if let upcoming = figures?.upcoming, !upcoming.isEmpty {
            tag("ul", .class("list")) {
                for one in upcoming {
                    tag("li") {
                        tag("span", .class("name")) { SecretKey(one).html }
                        tag("span", .class("when")) { moment(one.at) }
                    }
                }
            }
        } else {
            nothing("No secret is due: none has a schedule, or all are paused.")
        }
    }

    private func nothing(_ text: String) -> HTML { tag("p", .class("nothing"), text: text) }

    // MARK: The last days

    private static let height = 60

    /// The rotations of the last days, a column for each day.
    var daySection: HTML {
        let columns = days
        let most = max(1, columns.map { $0.succeeded + $0.other }.max() ?? 1)
        return tag("section", .id("days")) {
            tag("h2", text: "Rotations of the last \(History.daysShown) days")
            tag("p", .class("minor")) {
                tag("span", .class("key"), .fixed("aria-hidden", "true"), text: "")
                "succeeded "
                tag("span", .class("key failed"), .fixed("aria-hidden", "true"), text: "")
                "failed or abandoned, on top"
            }
            tag("ol", .class("days")) {
                for (index, column) in columns.enumerated() {
                    tag("li") {
                        tag("span", .class("unseen"), text: column.words)
                        tag("span", .class("sum"), .fixed("aria-hidden", "true"), text: column.sumText)
                        picture(column, most)
                        tag(
                            "span",
                            .class(index == columns.count - 1 ? "day today" : "day"),
                            .fixed("aria-hidden", "true"),
                            text: String(column.date.suffix(2))
                        )
                    }
                }
            }
        }
    }

    private struct DayColumn {
        var date: String
        var succeeded = 0
        var other = 0

        var words: String { "\(date): \(succeeded) succeeded, \(other) failed or abandoned" }
        var sumText: String {
            let sum = succeeded + other
            guard sum >= 10_000 else { return sum == 0 ? "" : "\(sum)" }
            return "\(sum / 1000)k"
        }
    }

    /// A column for each day, today's the last.
    private var days: [DayColumn] {
        let length = Int64(86_400_000)
        let today = at.rawValue / length
        let first = today - Int64(History.daysShown - 1)
        var columns = (first...today).map {
            DayColumn(date: String(Instant(milliseconds: $0 * length).rfc3339.prefix(10)))
        }
        for day in figures?.days ?? [] where (first...today).contains(day.day) {
            let index = Int(day.day - first)
            if day.outcome == "succeeded" {
                columns[index].succeeded += day.count
            } else {
                columns[index].other += day.count
            }
        }
        return columns
    }

    private func picture(_ column: DayColumn, _ most: Int) -> HTML {
        let room = Self.height - 2
        let other = column.other > 0 ? max(4, column.other * room / most) : 0
        let succeeded = column.succeeded > 0 ? min(room - other, max(3, column.succeeded * room / most)) : 0
        var (done, failed) = (VectorPath(), VectorPath())
        if succeeded > 0 { done.box(3, Self.height - succeeded, 14, succeeded) }
        if other > 0 { failed.box(4, Self.height - succeeded - other, 12, other) }
        return tag(
            "svg",
            .viewBox(20, Self.height),
            .fixed("preserveAspectRatio", "none"),
            .fixed("aria-hidden", "true")
        ) {
            if !done.isEmpty { tag("path", .class("ok"), .path(done)) {} }
            if !failed.isEmpty { tag("path", .class("failed"), .path(failed)) {} }
        }
    }
}

extension SecretKey {
    fileprivate init(_ open: HistoryFigures.Open) { self.init(hub: open.hub, alias: open.alias) }
    fileprivate init(_ ended: HistoryFigures.Ended) { self.init(hub: ended.hub, alias: ended.alias) }
    fileprivate init(_ upcoming: HistoryFigures.Upcoming) { self.init(hub: upcoming.hub, alias: upcoming.alias) }
}
