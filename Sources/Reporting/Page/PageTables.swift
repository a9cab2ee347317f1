import RotationStore
import Scheduling

/// A table's column.
struct Column {
    /// What it holds, which decides how wide it is at least.
    enum Kind {
        case plain, number, secret, words

        var style: StaticString {
            switch self {
            case .plain: "w"
            case .number: "n"
            case .secret: "s"
            case .words: "l"
            }
        }
    }

    var name: StaticString
    var kind: Kind

    init(_ name: StaticString, _ kind: Kind = .plain) { (self.name, self.kind) = (name, kind) }
}

/// A cell of a table.
enum Cell {
    case text(String)
    case number(String)
    case html(HTML)
    /// The head of its row.
    case head(HTML)

    var html: HTML {
        switch self {
        case .text(let text): tag("td", text: text)
        case .number(let text): tag("td", .class("n"), text: text)
        case .html(let html): tag("td") { html }
        case .head(let text): tag("th", .fixed("scope", "row")) { text }
        }
    }

    /// An instant to the second, exactly for programs.
    static func time(_ instant: Instant?) -> Cell {
        guard let instant else { return .text("—") }
        return .html(tag("time", .time(instant.rfc3339), text: instant.short))
    }

    /// The head of a row about a secret.
    static func head(_ secret: SecretKey) -> Cell { .head(secret.html) }
    static func head(_ text: String) -> Cell { .head(HTML(text)) }

    static func count(_ count: Int) -> Cell { .number(count == 0 ? "–" : count.grouped) }
}

extension SecretKey {
    /// The name, which may be broken after its parts.
    var html: HTML {
        let parts = alias.split(separator: "_", omittingEmptySubsequences: false)
        return tag("span", .class("hub"), text: hub + "/") + HTML(void: "wbr", [])
            + tag("span", .class("alias")) {
                for (index, part) in parts.enumerated() {
                    if index > 0 {
                        "_"
                        HTML(void: "wbr", [])
                    }
                    String(part)
                }
            }
    }
}

/// A table in a region that can be scrolled by keyboard.
func table(
    _ id: StaticString,
    caption: String,
    _ columns: [Column],
    class name: StaticString = "",
    rows: [[Cell]]
) -> HTML {
    tag("div", .class("scroll"), .fixed("role", "region"), .labelled(by: id), .number("tabindex", 0)) {
        tag("table", .class(name)) {
            tag("caption", .id(id), text: caption)
            tag("thead") {
                tag("tr") {
                    for column in columns {
                        tag("th", .fixed("scope", "col"), .class(column.kind.style), text: "\(column.name)")
                    }
                }
            }
            tag("tbody") {
                for row in rows { tag("tr") { for cell in row { cell.html } } }
            }
        }
    }
}

extension AuditReport {
    /// The figures of a section: each count, and by which SQL, over which range.
    func evidence(_ figures: [Figure]) -> HTML {
        tag("details", .class("evidence")) {
            tag("summary", text: figures.count == 1 ? "Count and query" : "\(figures.count) counts and queries")
            tag("p", .class("range")) {
                "Range: "
                range
            }
            for figure in figures {
                tag("p", .class("figure")) {
                    tag("b", .class("c"), text: "\(figure.count)")
                    " \(figure.name)"
                }
                tag("pre") { tag("code") { HTML(lines: figure.query.countSQL) } }
            }
        }
    }

    /// The range of the report, in UTC.
    var range: HTML {
        tag("span", .class("span")) {
            tag("time", .time(period.start.rfc3339), text: "\(period.start.short)")
            " up to "
            tag("time", .time(period.end.rfc3339), text: "\(period.end.short)")
            " UTC"
        }
    }

    /// What of a table is not shown, and how to see it.
    func rest<T>(_ rows: Capped<T>, _ what: String, _ query: HistoryQuery?) -> HTML {
        guard rows.omitted > 0 else { return HTML() }
        return tag("div", .class("rest")) {
            tag("p", text: "and \(rows.omitted.grouped) more \(what)\(query == nil ? "." : ":")")
            if let query { tag("pre") { tag("code") { HTML(lines: query.listSQL) } } }
        }
    }

    /// What an empty section means.
    func nothing(_ text: String) -> HTML { tag("p", .class("nothing"), text: text) }
}

/// A section with its heading.
func section(_ id: StaticString, _ title: StaticString, @HTMLBuilder content: () -> HTML) -> HTML {
    tag("section", .id(id)) {
        tag("h2", text: "\(title)")
        content()
    }
}
