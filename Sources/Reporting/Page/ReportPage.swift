/// A report as one HTML page that needs nothing else: no script, no request, one style sheet of its own.
package enum ReportPage {
    /// Nothing may be loaded, run, sent or framed; only the page's own style sheet is in force.
    private static let policy: StaticString =
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

    /// Writes the page.
    package static func html(_ report: AuditReport) -> String {
        HTML.page(
            HTML("html", [.fixed("lang", "en")], head(report) + body(report))
        )
    }

    private static func head(_ report: AuditReport) -> HTML {
        tag("head") {
            HTML(void: "meta", [.fixed("charset", "utf-8")])
            HTML(void: "meta", [.fixed("http-equiv", "Content-Security-Policy"), .fixed("content", policy)])
            HTML(void: "meta", [.fixed("name", "viewport"), .fixed("content", "width=device-width, initial-scale=1")])
            HTML(void: "meta", [.fixed("name", "color-scheme"), .fixed("content", "light dark")])
            HTML(void: "meta", [.fixed("name", "referrer"), .fixed("content", "no-referrer")])
            tag("title", text: "Secret rotation, \(report.period.start.short) to \(report.period.end.short) UTC")
            HTML(style: styleSheet)
        }
    }

    private static func body(_ report: AuditReport) -> HTML {
        tag("body") {
            tag("a", .class("skip"), .link(to: "main"), text: "Skip to the report")
            report.masthead
            tag("main", .id("main")) {
                report.verdictBanner
                report.glance
                report.contents
                report.policySection
                report.coverageSection
                report.ageSection
                report.timelineSection
                report.recoverySection
                report.missedSection
                report.exceptionSection
                report.emergencySection
                report.decisionSection
                report.changeSection
                report.gapSection
                report.incidentSection
                report.verificationSection
                report.methodSection
            }
            tag("footer") {
                tag("p", text: "Made by \(report.producer) at \(report.madeAt.short) UTC. The page needs no network.")
            }
        }
    }
}

extension HTML {
    static func + (left: HTML, right: HTML) -> HTML {
        var all = left
        all += right
        return all
    }
}
