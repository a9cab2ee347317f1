import Foundation
import Testing

@testable import RotationCore

@Suite("Lines of the audit log")
struct AuditEntryTests {
    private let origin = AuditOrigin(host: "ops1", boot: "b0071d", version: "1.0.0")
    private let time = "2026-11-23T11:26:12.123Z"

    @Test("the daemon's entry is written so")
    func daemon() {
        let entry = AuditEntry(
            Audit.RotationParked(error: .init(HubError(.unavailable)), status: 503, reason: nil),
            time: time,
            actor: .daemon,
            hub: "main",
            alias: "db/password",
            rotation: "r-1",
            trigger: .catchUp
        )
        let expected = #"""
            {"actor":{"kind":"daemon"},"alias":"db/password","boot":"b0071d",\#
            "detail":{"error":"unavailable","status":503},"event":"rotation.parked","host":"ops1",\#
            "hub":"main","rotation":"r-1","seq":42,"time":"2026-11-23T11:26:12.123Z","trigger":"catch_up",\#
            "version":"1.0.0"}
            """#
        #expect(entry.line(seq: 42, origin: origin) == expected)
    }

    @Test("a user's entry is written so")
    func user() {
        let entry = AuditEntry(Audit.SecretListed(count: 2), time: time, actor: .user(name: "ada", uid: 1000))
        let expected = #"""
            {"actor":{"kind":"user","name":"ada","uid":1000},"boot":"b0071d","detail":{"count":2},"event":"secret.listed",\#
            "host":"ops1","seq":1,"time":"2026-11-23T11:26:12.123Z","version":"1.0.0"}
            """#
        #expect(entry.line(seq: 1, origin: origin) == expected)
    }

    @Test("what an entry does not have, its line does not name")
    func absent() {
        let origin = AuditOrigin(host: "ops1", boot: nil, version: "1.0.0")
        let entry = AuditEntry(Audit.SchedulePaused(reason: nil, until: nil), time: time, actor: .signal)
        let expected = #"""
            {"actor":{"kind":"signal"},"event":"schedule.paused","host":"ops1","seq":1,\#
            "time":"2026-11-23T11:26:12.123Z","version":"1.0.0"}
            """#
        #expect(entry.line(seq: 1, origin: origin) == expected)
    }

    @Test(
        "each actor is told apart",
        arguments: [
            (Actor.daemon, #"{"kind":"daemon"}"#), (.signal, #"{"kind":"signal"}"#),
            (.user(name: "root", uid: 0), #"{"kind":"user","name":"root","uid":0}"#),
            (.user(name: nil, uid: .max), #"{"kind":"user","uid":4294967295}"#),
        ]
    )
    func actors(actor: Actor, expected: String) {
        #expect(actor.json.canonicalText == expected)
    }

    @Test("a line has room for each role's members, and says how many it leaves out")
    func members() {
        let members = (0..<260).map { "uid=\(4_000_000_000 + $0)(\(String(repeating: "\\", count: 32)))" }
        let event = Audit.ConfigurationLoaded(hash: "h", operators: members, editors: [], auditors: members)
        #expect(event.operators == Array(members.prefix(250)) && event.editors == [])
        #expect(event.membersOmitted == 20)
        #expect(
            Audit.ConfigurationLoaded(hash: "h", operators: [], editors: members, auditors: []).membersOmitted == 10
        )
        let all = Audit.ConfigurationLoaded(hash: "h", operators: members, editors: members, auditors: members)
        #expect(AuditEntry(all, time: time, actor: .daemon).line(seq: 1, origin: origin).utf8.count < 65_535)
        #expect(Audit.ConfigurationLoaded(hash: "h", operators: [], editors: [], auditors: []).membersOmitted == nil)
    }

    @Test("an entry is one line, whatever its texts hold", arguments: ["\n", "\r\n", "a\nb", "\u{0}\u{1F}"])
    func oneLine(text: String) throws {
        let entry = AuditEntry(
            Audit.SchedulePaused(reason: text, until: nil),
            time: text,
            actor: .user(name: text, uid: 1),
            hub: text,
            alias: text,
            rotation: text
        )
        let line = entry.line(seq: 1, origin: AuditOrigin(host: text, boot: text, version: text))
        #expect(line.utf8.allSatisfy { $0 >= 0x20 })
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["alias"] as? String == text)
        #expect((object["detail"] as? [String: String]) == ["reason": text])
    }

    @Test("events have names of the form subject.verb, each its own")
    func eventNames() throws {
        let names = AuditEventName.allCases.map(\.rawValue)
        let form = try Regex("[a-z]+\\.[a-z]+(_[a-z]+)?")
        #expect(Set(names).count == names.count)
        #expect(try names.allSatisfy { try form.wholeMatch(in: $0) != nil })
    }

    // Pinned: logs that were written have them.
    @Test("triggers keep their names")
    func triggerNames() {
        #expect(
            Set(Trigger.allCases.map(\.rawValue))
                .isSuperset(of: ["schedule", "catch_up", "rotate_now", "signal", "resume"])
        )
    }
}
