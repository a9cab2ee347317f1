import Scheduling

/// The pictures of a report: each has a text alternative, shapes beside colours, and a table beside it.
extension AuditReport {
    private static let step = 8
    private static let height = 18

    /// One secret's timeline: below a box for successes, above what went wrong.
    func strip(_ row: TimelineRow) -> HTML {
        var (success, failure, missed, abandoned) = (VectorPath(), VectorPath(), VectorPath(), VectorPath())
        for (bucket, cell) in row.cells.sorted(by: { $0.key < $1.key }) {
            let x = bucket * Self.step
            if cell.succeeded > 0 { success.box(x + 1, 10, 6, 7) }
            if cell.failed > 0 { failure.cross(x + 1, 2, 6) }
            // Beside a failure it would not be seen.
            if cell.failed == 0, cell.abandoned > 0 { abandoned.box(x + 1, 2, 6, 6) }
            if cell.failed == 0, cell.abandoned == 0, cell.missed > 0 { missed.circle(x + 4, 5, 3) }
        }
        let width = max(1, buckets.count) * Self.step
        return tag(
            "svg",
            .class("strip"),
            .viewBox(width, Self.height),
            .number("width", width),
            .number("height", Self.height),
            .fixed("role", "img"),
            .label(words(row))
        ) {
            tag("path", .class("axis"), .path(Self.axis(width))) {}
            for (name, path) in [("ok", success), ("bad", failure), ("open", missed), ("open", abandoned)]
                as [(StaticString, VectorPath)] where !path.isEmpty
            {
                tag("path", .class(name), .path(path)) {}
            }
        }
    }

    private static func axis(_ width: Int) -> VectorPath {
        var path = VectorPath()
        path.line(0, height - 1, toX: width, y: height - 1)
        return path
    }

    private func words(_ row: TimelineRow) -> String {
        let bad = row.cells.filter { $0.value.failed > 0 }.keys.sorted().prefix(5).map(buckets.label(of:))
        let days = bad.isEmpty ? "" : " (\(bad.joined(separator: ", "))\(row.cells.count > 5 ? " and others" : ""))"
        return "\(row.secret): \(row.total.succeeded) succeeded, \(row.total.failed) failed\(days), "
            + "\(row.total.abandoned) abandoned, \(row.total.missed) missed"
    }

    /// Bars over the period, with their own scale.
    ///
    /// - Parameter series: For each bucket the parts of its bar, from below.
    func bars(_ title: String, _ series: [(class: StaticString, values: [Int])]) -> HTML {
        let sums = (0..<buckets.count).map { bucket in series.reduce(0) { $0 + $1.values[bucket] } }
        let (most, total) = (sums.max() ?? 0, sums.reduce(0, +))
        let (height, step) = (60, 10)
        var base = Array(repeating: height, count: buckets.count)
        let paths = series.map { part in
            var path = VectorPath()
            for (bucket, value) in part.values.enumerated() where value > 0 {
                let size = max(3, value * (height - 2) / max(1, most))
                base[bucket] = max(0, base[bucket] - size)
                path.box(bucket * step + 1, base[bucket], step - 2, size)
            }
            return (part.class, path)
        }
        let label = "\(title): \(total) in all, at most \(most) in one \(buckets.unit)."
        return tag("figure", .class("bars")) {
            tag("figcaption") {
                tag("b", text: title)
                " at most \(most.grouped) in one \(buckets.unit)"
            }
            tag(
                "svg",
                .viewBox(buckets.count * step, height),
                .fixed("preserveAspectRatio", "none"),
                .fixed("role", "img"),
                .label(label)
            ) {
                for (name, path) in paths where !path.isEmpty { tag("path", .class(name), .path(path)) {} }
            }
            tag("div", .class("ends")) {
                tag("span", text: buckets.label(of: 0))
                tag("span", text: buckets.label(of: buckets.count - 1))
            }
        }
    }

    /// The age of a value beside its maximum, which is the line.
    static func ageBar(_ age: Duration, _ maximum: Duration) -> HTML {
        let share = maximum > .zero ? min(1.25, age / maximum) : 1.25
        var (bar, mark) = (VectorPath(), VectorPath())
        bar.box(0, 2, max(1, Int(share * 80)), 6)
        mark.line(80, 0, toX: 80, y: 10)
        return tag(
            "svg",
            .class("age"),
            .viewBox(100, 10),
            .number("width", 100),
            .number("height", 10),
            .fixed("aria-hidden", "true")
        ) {
            tag("path", .class(share >= 1 ? "bad fill" : "ok"), .path(bar)) {}
            tag("path", .class("limit"), .path(mark)) {}
        }
    }

    /// A part of a whole, as a bar.
    static func shareBar(_ count: Int, of total: Int, isBad: Bool) -> HTML {
        var bar = VectorPath()
        bar.box(0, 1, total > 0 ? max(count > 0 ? 2 : 0, count * 200 / total) : 0, 10)
        return tag(
            "svg",
            .class("share"),
            .viewBox(200, 12),
            .fixed("preserveAspectRatio", "none"),
            .fixed("aria-hidden", "true")
        ) { tag("path", .class(isBad ? "bad fill" : "ok"), .path(bar)) {} }
    }
}
