import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// `audit report` of the real executable: its figures beside those of the sqlite3 shell, and its page in a browser.
@Suite(.timeLimit(.minutes(5)))
struct ReportTests {
    private static let range = ["--from", "2026-08-28", "--to", "2026-11-25"]

    /// Makes the scenario's report.
    private static func report(_ world: World, to name: String = "report.html", _ more: [String] = []) async throws
        -> Program
        .Outcome
    {
        try await world.run(["audit", "report"] + range + ["-o", world.folder.file(name)] + more)
    }

    /// Adds an audit key, and signs the log's head.
    private static func sign(_ world: World) async throws {
        let made = try await Program.run([
            "keygen", "audit", "--origin", "ops1", "--output", world.folder.file("audit.key"),
        ])
        #expect(made.status == 0)
        let text = try world.folder.read("config.yaml")
            .replacingOccurrences(of: "keys: {", with: "keys: {audit: \"file:\(world.folder.file("audit.key"))\", ")
        try world.folder.write(text + "audit: {origin: ops1}\n", to: "config.yaml")
        try await world.expect(0, "audit", "checkpoint")
    }

    /// Each printed query, pasted into the shell, gives the printed count.
    @Test func countsAreThoseOfTheShell() async throws {
        try await World.with { world in
            try ReportScenario.write(to: world.folder.file("rotator.db"))
            let outcome = try await Self.report(world)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let page = try world.folder.read("report.html")
            let figures = page.matches(of: #/<b class="c">(\d+)</b>[^<]*</p><pre><code>([^<]*)</code>/#)
            #expect(figures.count >= 20)
            #expect(figures.count(where: { $0.1 != "0" }) >= 15)
            for figure in figures {
                let sql = Self.unescaped(String(figure.2))
                let count = try await Oracle.sqlite(world.folder.file("rotator.db"), sql)
                #expect(count == String(figure.1), "\(sql)")
            }
        }
    }

    private static func unescaped(_ text: String) -> String {
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
            .reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }

    /// Nobody else may read the file; nothing half written is left; a second one replaces it.
    @Test func fileIsItsOwnersAndWhole() async throws {
        try await World.with { world in
            try ReportScenario.write(to: world.folder.file("rotator.db"))
            for _ in 0..<2 { #expect(try await Self.report(world).status == 0) }
            let attributes = try FileManager.default.attributesOfItem(atPath: world.folder.file("report.html"))
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(try world.folder.contents().keys.allSatisfy { !$0.contains(".part") })
            let printed = try await world.run(["audit", "report"] + Self.range + ["-o", "-"])
            #expect(printed.output.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">"))
            #expect(try await Self.report(world, to: "missing/report.html").status == 74)
            let empty = try await world.run("audit", "report", "--from", "1d", "--to", "2d", "-o", "-")
            #expect(empty.status == 64 && empty.errors.contains("the range would be empty"))
            let unknown = try await world.run("audit", "report", "--from", "yesterday", "-o", "-")
            #expect(unknown.status == 64 && unknown.errors.contains("give a date"))
        }
    }

    /// What somebody has written as a reason or owner is shown, and is nothing but text.
    @Test func hostileTextsAreText() async throws {
        try await World.with { world in
            try ReportScenario.write(to: world.folder.file("rotator.db"))
            #expect(try await Self.report(world).status == 0)
            let page = try world.folder.read("report.html")
            #expect(!page.contains("<script"))
            #expect(
                page.contains(
                    "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;x&#39; \\u{202e}txet\\u{1b}[31m"
                )
            )
            #expect(
                page.unicodeScalars.allSatisfy {
                    $0 == "\n" || ![.control, .format].contains($0.properties.generalCategory)
                }
            )
        }
    }

    /// Damage stands at the top, and the exit status says it.
    @Test func damageIsSaidFirst() async throws {
        try await World.with { world in
            try ReportScenario.write(to: world.folder.file("rotator.db"))
            try await Self.sign(world)
            let sound = try await Self.report(world)
            #expect(sound.status == 0)
            #expect(try world.folder.read("report.html").contains("The history is as it was written"))
            try await Self.damage(world)
            let outcome = try await Self.report(world)
            #expect(outcome.status == 1 && outcome.errors.contains("NOT OK: the audit log is damaged"))
            let page = try world.folder.read("report.html")
            let banner = try #require(page.range(of: "NOT OK: the audit log is damaged"))
            let glance = try #require(page.range(of: "At a glance"))
            #expect(banner.lowerBound < glance.lowerBound)
            #expect(page.contains("entry 40: its text was changed after it was written"))
            try await world.change(
                world.folder.file("rotator.db"),
                "UPDATE audit_log SET line = replace(line, '\"host\":\"ops9', '\"host\":\"ops1') WHERE seq = 40"
            )
        }
    }

    /// A failure that was made a success in the table of rotations is named, by `audit verify`, too.
    @Test func changedOutcomeIsNamed() async throws {
        try await World.with { world in
            try ReportScenario.write(to: world.folder.file("rotator.db"))
            try await Self.sign(world)
            let id = "SELECT id FROM rotations WHERE outcome = 'failed' LIMIT 1"
            let rotation = try await Oracle.sqlite(world.folder.file("rotator.db"), id + ";")
            try await world.change(
                world.folder.file("rotator.db"),
                "UPDATE rotations SET outcome = 'succeeded' WHERE id = (\(id))"
            )
            let found = "rotation \(rotation): the table says succeeded, the log says failed"
            let conclusion = "NOT OK: the table of rotations is not what the audit log says"
            let outcome = try await Self.report(world)
            #expect(outcome.status == 1 && outcome.errors.contains(conclusion))
            let page = try world.folder.read("report.html")
            #expect(page.contains(found) && !page.contains("The history is as it was written"))
            let verified = try await world.run("audit", "verify")
            #expect(verified.status == 1 && verified.output.hasSuffix("\(found)\n\(conclusion)\n"))
            let problems = try await world.run("audit", "verify", "--json").objects.first?["problems"]
            let problem = try #require((problems as? [[String: Any]])?.first)
            #expect(problem["kind"] as? String == "rotation_differs" && problem["rotation"] as? String == rotation)
        }
    }

    private static func damage(_ world: World) async throws {
        try await world.change(
            world.folder.file("rotator.db"),
            """
            DROP TRIGGER audit_log_no_update;
            UPDATE audit_log SET line = replace(line, '"host":"ops1', '"host":"ops9') WHERE seq = 40
            """
        )
    }

    /// A rich report, an empty one and one of a damaged history, in headless Chromium.
    @Test(
        .enabled("needs Debian's chromium, and playwright and axe-playwright-python from PyPI") {
            await BrowserCheck.isPossible
        }
    )
    func pagesAreReadableInABrowser() async throws {
        try await World.with { world in
            try SyntheticHistory(path: world.folder.file("rotator.db")).finish()
            #expect(try await Self.report(world, to: "empty.html").status == 0)
            for name in try world.folder.contents().keys where name.hasPrefix("rotator.db") {
                try FileManager.default.removeItem(atPath: world.folder.file(name))
            }
            try ReportScenario.write(to: world.folder.file("rotator.db"))
            try await Self.sign(world)
            #expect(try await Self.report(world, to: "rich.html").status == 0)
            try await Self.damage(world)
            #expect(try await Self.report(world, to: "damaged.html").status == 1)
            try await BrowserCheck.run(["empty.html", "rich.html", "damaged.html"].map(world.folder.file))
            try await world.change(
                world.folder.file("rotator.db"),
                "UPDATE audit_log SET line = replace(line, '\"host\":\"ops9', '\"host\":\"ops1') WHERE seq = 40"
            )
        }
    }
}
