import Crypto
import Foundation
import RotationCore

/// The status page: what a daemon is doing now, as one HTML page that needs nothing but its own stream of events.
package enum StatusPage {
    /// A section of the page, which is replaced when it changes.
    package enum Part: String, Sendable, CaseIterable {
        case health, problems, states, now, days, hubs, log
    }

    /// `Content-Security-Policy` of the page: only its own script and style sheets, by their hashes, and its stream of events.
    package static let policy = [
        "default-src 'none'", "script-src 'sha256-\(hash(of: script))'",
        "style-src 'sha256-\(hash(of: ReportPage.styleSheet))' 'sha256-\(hash(of: styleSheet))'",
        "img-src data:", "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    ].joined(separator: "; ")

    private static func hash(of text: StaticString) -> String {
        Data(SHA256.hash(data: Data("\(text)".utf8))).base64EncodedString()
    }

    /// Writes the page.
    package static func html(_ observation: Observation) -> String {
        HTML.page(HTML("html", [.fixed("lang", "en")], head(observation) + body(observation)))
    }

    /// The sections of the page, each as HTML.
    package static func parts(_ observation: Observation) -> [(part: Part, html: String)] {
        Part.allCases.map { ($0, section($0, observation).text) }
    }

    /// A section as an event for the page's script: one line of JSON.
    package static func event(_ part: Part, html: String) -> String {
        JSONValue.fields(["html": .string(html), "id": .string(part.rawValue)]).canonicalText
    }

    private static func head(_ observation: Observation) -> HTML {
        tag("head") {
            HTML(void: "meta", [.fixed("charset", "utf-8")])
            HTML(void: "meta", [.fixed("name", "viewport"), .fixed("content", "width=device-width, initial-scale=1")])
            HTML(void: "meta", [.fixed("name", "color-scheme"), .fixed("content", "light dark")])
            HTML(void: "link", [.fixed("rel", "icon"), .icon(icon)])
            tag("title", text: "secret-rotator on \(observation.host)")
            HTML(style: ReportPage.styleSheet)
            HTML(style: styleSheet)
        }
    }

    private static let icon: StaticString =
        "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='6' fill='none' stroke='%230072b2' stroke-width='3'/%3E%3C/svg%3E"

    private static func body(_ observation: Observation) -> HTML {
        tag("body") {
            tag("a", .class("skip"), .link(to: "main"), text: "Skip to the status")
            tag("header") {
                tag("h1", text: "secret-rotator")
                tag("p", .class("source")) {
                    "Host "
                    tag("b", text: observation.host)
                    ", version \(observation.version), running since "
                    moment(observation.startedAt)
                }
                tag("p", .id("live"), .class("minor"), .fixed("role", "status"), text: "Reload the page to update it.")
                tag("p", .id("news"), .class("unseen"), .fixed("role", "status"), text: "")
            }
            tag("main", .id("main")) {
                for part in Part.allCases { section(part, observation) }
            }
            tag("footer") {
                tag("p", text: "All instants are UTC. Figures are read from the history every 15 seconds at most.")
            }
            HTML(script: script)
        }
    }

    private static func section(_ part: Part, _ observation: Observation) -> HTML {
        switch part {
        case .health: observation.healthBanner
        case .problems: observation.problemSection
        case .states: observation.stateSection
        case .now: observation.nowSection
        case .days: observation.daySection
        case .hubs: observation.hubSection
        case .log: observation.logSection
        }
    }
}
