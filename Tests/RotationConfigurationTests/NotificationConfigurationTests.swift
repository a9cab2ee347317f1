import RotationConfiguration
import RotationCore
import TestSupport
import Testing

/// `notifications` and `heartbeat`.
struct NotificationConfigurationTests {
    @Test func notificationsAreRead() throws {
        let more = """
            notifications:
              - {name: pager, when: [failing, parked], command: [/bin/page, a b], at_most: 2/m}
              - name: chat
                webhook: https://chat.example/x
                token: file:/t
                ca_file: /ca.pem
            """
        let all = try Configuration.parse(configurationText(more: more), path: file).notifications
        #expect(all.map(\.name) == ["pager", "chat"])
        #expect(all.map(\.kinds) == [["failing", "parked"], []])
        #expect(all.map(\.rate.description) == ["2/m", "10/h"])
        let webhook = Configuration.Webhook(
            url: "https://chat.example/x",
            token: .file("/t"),
            certificateAuthorities: "/ca.pem"
        )
        #expect(all.map(\.target) == [.command(["/bin/page", "a b"]), .webhook(webhook)])
    }

    @Test func heartbeatIsRead() throws {
        let read = { (text: String) in
            try Configuration.parse(configurationText(more: "heartbeat: {\(text)}"), path: file).heartbeat
        }
        let url = try read("url: \"https://alive.example/1\", every: 30s")
        #expect(url?.target == .url(Configuration.Webhook(url: "https://alive.example/1")))
        #expect(url?.interval == .seconds(30))
        let touched = try read("file: /run/alive")
        #expect(touched?.target == .file("/run/alive") && touched?.interval == .seconds(300))
        #expect(try Configuration.parse(configurationText(), path: file).heartbeat == nil)
    }

    private static let faults: [(more: String, complaint: String)] = [
        ("notifications: {name: a}", "notifications: expected a list"),
        ("notifications: [{command: [/x]}]", "name is missing, for example: pager"),
        (
            "notifications: [{name: a b, command: [/x]}]",
            "name: \"a b\" is no name of letters, digits, hyphens and underscores"
        ),
        ("notifications: [{name: a}]", "command: give either a command or a webhook"),
        (
            "notifications: [{name: a, command: [/x], webhook: \"https://h\"}]",
            "command: give either a command or a webhook"
        ),
        ("notifications: [{name: a, command: [x]}]", "command: begin with the program's absolute path"),
        ("notifications: [{name: a, command: /x}]", "command: expected a list, such as [first, second]"),
        ("notifications: [{name: a, command: [/x], token: \"file:/t\"}]", "token: token and ca_file are for a webhook"),
        ("notifications: [{name: a, webhook: \"http://h\"}]", "webhook: must begin with https://"),
        ("notifications: [{name: a, command: [/x], at_most: 3}]", "at_most: \"3\" is no rate such as 10/h or 2/m"),
        ("notifications: [{name: a, command: [/x], when: [failed]}]", "when: \"failed\" is none of failing, parked"),
        ("notifications: [{name: a, comand: [/x]}]", "unknown key \"comand\"; did you mean command?"),
        (
            "notifications: [{name: a, command: [/x]}, {name: a, command: [/y]}]",
            "name: another notification has this name already"
        ),
        ("heartbeat: {}", "heartbeat: give either a url or a file"),
        ("heartbeat: {url: \"https://h\", file: /f}", "heartbeat: give either a url or a file"),
        ("heartbeat: {url: \"http://h\"}", "url: must begin with https://"),
        ("heartbeat: {file: f}", "file: \"f\" is no absolute path"),
        ("heartbeat: {file: /f, evry: 1m}", "unknown key \"evry\"; did you mean every?"),
    ]

    @Test(arguments: faults.indices)
    func faultIsReportedInItsLine(index: Int) throws {
        let found = complaints(configurationText(more: Self.faults[index].more))
        #expect(
            found.contains { $0.hasPrefix("test.yaml:8:") && $0.hasSuffix(": \(Self.faults[index].complaint)") },
            "\(found)"
        )
    }

    /// A webhook's URL may be as good as a password.
    @Test func complaintDoesNotShowTheURL() {
        let found = complaints(configurationText(more: "notifications: [{name: a, webhook: [\"https://h/secret\"]}]"))
        #expect(!found.isEmpty && !found.joined().contains("h/secret"), "\(found)")
    }
}
