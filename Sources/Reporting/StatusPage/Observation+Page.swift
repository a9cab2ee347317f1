import RotationCore
import RotationStore
import Scheduling

/// An instant, exactly for programs; the page's script writes beside it how far away it is.
func moment(_ instant: Instant) -> HTML {
    tag("time", .time(instant.rfc3339), text: instant.short) + HTML(" ") + tag("span", .class("ago"), text: "")
}

/// The sections about the whole: health, problems, secrets by state.
extension Observation {
    private var secretCount: Int { figures?.hubs.reduce(0) { $0 + $1.secrets } ?? 0 }

    /// Whether all is well, in one sentence.
    var healthBanner: HTML {
        let (style, mark): (StaticString, String) =
            !problems.isEmpty || isStalled
            ? ("bad", "▲ ") : obstacle != nil || figures == nil ? ("fair", "○ ") : ("good", "✓ ")
        return tag("section", .id("health"), .class(style), .labelled(by: "health-title")) {
            tag("h2", .id("health-title")) {
                tag("span", .fixed("aria-hidden", "true"), text: mark)
                headline
            }
            tag("p", text: subline)
        }
    }

    private var headline: String {
        switch problems.count {
        case 0 where isStalled: "The engine makes no progress"
        case 0: obstacle.map { "The daemon is not ready: \($0)" } ?? "All is well"
        case 1: "1 problem needs a person"
        default: "\(problems.count.grouped) problems need a person"
        }
    }

    private var subline: String {
        guard let figures else { return "The history was not read yet." }
        guard secretCount > 0 else { return "No secret has a schedule yet." }
        let next = figures.upcoming.first.map { "The next one is due at \($0.at.short)." } ?? "None is due."
        return
            "\(secretCount.grouped) \(secretCount == 1 ? "secret has a schedule" : "secrets have schedules"). \(next)"
    }

    /// The problems of `status`, each with what to do.
    var problemSection: HTML {
        let hidden: [HTML.Attribute] = problems.isEmpty ? [.fixed("hidden", "")] : []
        return HTML("section", [.id("problems")] + hidden, problemList)
    }

    private var problemList: HTML {
        let shown = problems.prefix(Self.shown)
        return tag("h2", text: "Problems")
            + tag("ul", .class("problems")) {
                for problem in shown {
                    tag("li") {
                        tag("h3") {
                            problem.subject
                            " "
                            tag("span", .class("chip bad"), text: problem.kind.replacing("_", with: " "))
                        }
                        tag("p") {
                            problem.text
                            if let since = problem.since {
                                ", since "
                                moment(since)
                            }
                        }
                        tag("p", .class("minor"), text: "To do: \(problem.advice)")
                    }
                }
            }
            + (problems.count > shown.count
                ? tag("p", text: "and \((problems.count - shown.count).grouped) more: secret-rotator status") : HTML())
    }

    private static let shown = 20

    // MARK: States

    /// How many secrets are in each state.
    var stateSection: HTML {
        tag("section", .id("states"), .labelled(by: "states-title")) {
            tag("h2", .id("states-title"), text: "Secrets by state")
            tag("ul", .class("tiles")) {
                for state in HistoryFigures.State.allCases.reversed() {
                    let count = figures?.hubs.reduce(0) { $0 + $1.states[state, default: 0] } ?? 0
                    tag("li") {
                        tag("span", .class(state.style(count))) {
                            tag("b") {
                                tag("span", .class("icon"), .fixed("aria-hidden", "true"), text: state.icon)
                                figures == nil ? "–" : count.grouped
                            }
                            " "
                            tag("span", text: state.words)
                        }
                    }
                }
            }
        }
    }
}

extension HistoryFigures.State {
    /// A sign that differs in shape, not in colour alone.
    fileprivate var icon: String {
        switch self {
        case .ok: "✓"
        case .rotating: "↻"
        case .overdue: "▲"
        case .failing: "✕"
        case .paused: "‖"
        case .parked: "◆"
        }
    }

    fileprivate var words: String {
        switch self {
        case .ok: "up to date"
        case .rotating: "rotating now"
        case .overdue: "overdue"
        case .failing: "failing"
        case .paused: "paused"
        case .parked: "waiting for a person"
        }
    }

    fileprivate func style(_ count: Int) -> StaticString {
        guard count > 0 else { return "tile none" }
        return switch self {
        case .ok, .rotating, .paused: "tile"
        case .overdue, .failing, .parked: "tile attention"
        }
    }
}
