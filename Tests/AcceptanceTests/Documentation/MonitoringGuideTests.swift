import Foundation
import Testing

/// The guides `Monitoring`, `Notifications` and `Journal` beside the code and the alert rules.
@Suite struct MonitoringGuideTests {
    /// The first words in backquotes of the rows below a heading.
    private static func words(_ guide: String, _ heading: String, column: Int = 0) throws -> [String] {
        try Page.guide(guide).rows(below: heading).flatMap { Page.words(in: $0[column]) }
    }

    @Test func eachAlertHasItsRow() throws {
        let rules = Page("config/alerts.yaml").text.matches(of: /- alert: (\w+)/).map { String($0.1) }
        #expect(rules.count >= 12)
        #expect(
            try Self.words("Monitoring", "### Prometheus and Grafana").filter { $0.first?.isUppercase == true } == rules
        )
    }

    @Test func eachKindOfConditionHasItsRow() throws {
        let code = Page("Sources/Notifications/Conditions/Condition.swift").text
        let kinds = code.matches(of: /\n        case ([a-z]+)\n/).map { String($0.1) }
        #expect(kinds.count == 7)
        #expect(try Self.words("Notifications", "## What you are told") == kinds)
    }

    @Test func eachConditionIsNamedAndIsAProblemOfStatus() throws {
        let named = try Self.words("Notifications", "## What you are told", column: 1)
        let code = Page("Sources/RotationDaemon/Notifications/OpenConditions.swift").text
        let told = code.matches(of: /"([a-z]+_[a-z_]+)"/).map { String($0.1) }.filter { $0 != "storage_" }
        #expect(told.count > 10)
        #expect(Set(told).subtracting(named) == [])
        let problems = Page("Sources/secret-rotator/Output/StatusProblem.swift").text
        #expect(named.filter { !problems.contains("\"\($0)\"") } == [])
    }

    @Test func eachFieldOfTheJournalHasItsRow() throws {
        let code = Page("Sources/RotationDaemon/Journal/JournalRecord.swift").text
        let fields = code.matches(of: /"([A-Z_]+)"/).map { String($0.1) }
        #expect(fields.contains("SECRET") && fields.contains("MESSAGE_ID"))
        let rows = try Page.guide("Journal").rows(below: "## The journal").flatMap { Page.words(in: $0[0]) }
        #expect(Set(rows) == Set(fields))
    }

    /// What a pair of units is called, and where they are.
    @Test func pathsOfUnitsAreThoseOfTheFiles() {
        let unit = Page("systemd/secret-rotator-plugin-postgresql.socket").text
        #expect(unit.contains("ListenStream=/run/secret-rotator-plugins/postgresql.sock"))
        #expect(Page.guide("PlugInUnits").text.contains("sockets: /run/secret-rotator-plugins}"))
        let proxy = Page("systemd/no-network/secret-rotator-hub-proxy.socket").text
        #expect(proxy.contains("ListenStream=/run/secret-rotator-hub-proxy.sock"))
        #expect(Page.guide("NoNetwork").text.contains("socket: /run/secret-rotator-hub-proxy.sock"))
    }
}
