import Foundation
import Reporting
import RotationCore
import RotationStore
import Scheduling
import TestSupport
import Testing
import ValueGenerators

/// Exported entries in each format.
@Suite(.timeLimit(.minutes(5)))
struct ExportTests {
    /// Texts that spreadsheets take for formulas, and those that need quotes.
    private static let reasons = [
        "=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "|x", "%x", "\u{FF1D}1", "a,b", "say \"no\"", "two\nlines",
        "plain",
        "'quoted", "",
    ]

    private static func with(_ body: (TemporaryFolder, History) throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.file("rotator.db")
            let ledger = try Ledger(
                path: path,
                origin: EngineWorld.origin,
                mayMigrate: true,
                generators: BuiltInGenerators()
            )
            for (number, reason) in reasons.enumerated() {
                let entry = AuditEntry(
                    Audit.SchedulePaused(reason: reason, until: nil),
                    time: Instant(rawValue: Int64(number) * 1000).rfc3339,
                    actor: .user(name: reason, uid: 1001),
                    hub: "h",
                    alias: "a"
                )
                try ledger.append(entry)
            }
            try ledger.append(AuditEntry(Audit.DaemonStopped(), time: Instant(rawValue: 0).rfc3339, actor: .daemon))
            ledger.close()
            let history = try History(path: path, generators: BuiltInGenerators())
            defer { history.close() }
            try body(folder, history)
        }
    }

    private static func export(
        _ format: ExportFormat,
        _ query: AuditQuery = AuditQuery()
    ) async throws -> (text: String, summary: AuditExport.Summary) {
        var result: (String, AuditExport.Summary)?
        try await with { folder, history in
            let path = folder.file("export")
            let summary = try AuditExport(of: query, from: history, as: format).write(to: OutputFile(path: path))
            result = (String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self), summary)
        }
        return try #require(result)
    }

    @Test func jsonlIsTheLeavesLineByLine() async throws {
        let (text, summary) = try await Self.export(.jsonl)
        let lines = text.split(separator: "\n")
        #expect(text.last == "\n" && lines.count == Self.reasons.count + 1)
        #expect(lines.allSatisfy { $0.hasPrefix("{\"actor\":") && $0.hasSuffix("}") })
        #expect(summary.count == lines.count && summary.first == 1 && summary.last == Int64(lines.count))
        #expect(summary.bytes == text.utf8.count && summary.isGapless)
    }

    /// Python's csv module reads each text back, with an apostrophe before what looks like a formula.
    @Test func csvIsReadByPythonAndNoCellIsAFormula() async throws {
        let (text, _) = try await Self.export(.csv)
        let script = """
            import csv, io, json, sys
            rows = list(csv.DictReader(io.StringIO(sys.stdin.read(), newline='')))
            print(json.dumps([[row['actor_name'], json.loads(row['detail']).get('reason'), row['event']] for row in rows
                if row['detail']]))
            """
        let lines = text.split(separator: Character("\n"), omittingEmptySubsequences: false).map(String.init)
        let output = try await offPool { try Python.run(script, lines: lines) }.joined()
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [[String]])
        #expect(rows.map { $0[1] } == Self.reasons)
        for (row, reason) in zip(rows, Self.reasons) {
            let isFormula = "=+-@\t\r|%\u{FF1D}".unicodeScalars.contains(reason.unicodeScalars.first ?? "a")
            #expect(row[0] == (isFormula ? "'" + reason : reason))
            #expect(row[2] == "schedule.paused")
        }
    }

    /// Each event has what OCSF 1.3.0 requires of its class.
    @Test func ocsfEventHasWhatItsClassRequires() async throws {
        let (text, _) = try await Self.export(.ocsf)
        let events = try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(events.count == Self.reasons.count + 1)
        for event in events {
            let kind = try #require(event["class_uid"] as? Int)
            let activity = try #require(event["activity_id"] as? Int)
            #expect(event["type_uid"] as? Int == kind * 100 + activity)
            #expect(event["category_uid"] as? Int == kind / 1000)
            #expect(event["time"] is Int && event["severity_id"] is Int)
            let metadata = try #require(event["metadata"] as? [String: Any])
            #expect(metadata["version"] as? String == "1.3.0" && metadata["product"] is [String: Any])
            #expect((event["entity"] != nil) == (kind == 3004) && (event["app"] != nil) == (kind == 6002))
        }
        #expect(events.last?["class_uid"] as? Int == 6002 && events.last?["activity_id"] as? Int == 4)
        #expect(events.first?["type_uid"] as? Int == 300_412 && events.first?["comment"] as? String == "=1+1")
    }

    @Test func manifestSaysWhatWasChosen() async throws {
        var query = AuditQuery()
        (query.secrets, query.start) = (["h/*"], Instant(rawValue: 2000))
        let (text, summary) = try await Self.export(.jsonl, query)
        let manifest = ExportManifest(
            of: summary,
            query: query,
            format: .jsonl,
            file: "export",
            now: Instant(rawValue: 0)
        ).text(version: "1")
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(manifest.utf8)) as? [String: Any])
        #expect(fields["count"] as? Int == Self.reasons.count - 2)
        #expect(fields["first_seq"] as? Int == 3 && fields["complete"] as? Bool == true)
        #expect(fields["bytes"] as? Int == text.utf8.count)
        let asked = fields["query"] as? [String: Any]
        #expect(asked?["secret"] as? [String] == ["h/*"])
        #expect(asked?["since"] as? String == "1970-01-01T00:00:02.000Z")
    }

    /// A file that exists is replaced only by a whole one, and only its owner may read that.
    @Test func fileTakesItsNameWhenItIsComplete() async throws {
        try await TemporaryFolder.with { folder in
            try folder.write("old", to: "export")
            do {
                let file = try OutputFile(path: folder.file("export"))
                try file.append("new".utf8)
            }
            #expect(try folder.read("export") == "old")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["export"])
            let file = try OutputFile(path: folder.file("export"))
            try file.append("new".utf8)
            let hash = try file.finish()
            #expect(try folder.read("export") == "new")
            // Known from sha256sum.
            #expect(hash == "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437")
            let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("export"))
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }
}
