import Testing

@Suite(.timeLimit(.minutes(5)))
struct GuideTests {
    /// What the sessions of each guide must have shown, beside the output that the guide prints itself.
    private static let shown: [String: [String]] = [
        "Auditing": [
            "|leaked in a log|SEC-1234", "|rotate_now|succeeded|1|1|", "hub|alias|last_success\nlocal|db_password|2",
            "old.jsonl: OK: entries 1 to 2 as they were written", "OK: no entry was changed",
            #""policy":"PCI TRA 2026-04""#,
        ],
        "ControlProtocol": [
            #""role":"ready""#, "200", #""status":66"#, "422", "404", "schedule.paused",
        ],
        "Generators": ["\"user\":\"svc\""],
        "Journal": ["start its receiver; entries wait for it in the history"],
        "Monitoring": ["db_password: succeeded after 1 attempt"],
        "Notifications": ["ghost: failed: not_found after 0 attempts", "ghost: succeeded after 1 attempt"],
        "Operating": [
            "token accepted, 0 secrets listed", "db_password: succeeded after 1 attempt", "problems     none",
            #""description":"Billing API""#,
        ],
        "PlugInUnits": ["finish exited with 64: it does not know this step"],
        "Scheduling": [
            #""slot":"2027-03-28T01:00:00.000Z""#, "every=12h finish_after=0s generator=token", "nothing to change",
            "19 rotations",
            "local/db_password: paused until 2099", "local/db_password: resumed", "local/ftp_password: removed",
        ],
        "StandBy": ["1 sealed candidate", "no drift"],
        "Verification": [
            "OK: no entry was changed", "lines of log.jsonl have the root of old\n",
            "lines of log.jsonl have the root of checkpoint\n", "a line was changed or is missing",
            "Signature Verified Successfully\nSignature Verified Successfully\ncosigned at 2",
            "entry 3 is in the log ops1.example.com/secret-rotator", "entry is in the ",
            "entry.tlog-proof does not lead from forged to the root",
        ],
        "WritingAPlugIn": [
            "generate exited with 0: done; then install", "test exited with 0: done; the hub refuses the value",
            "finish exited with 0: done; the rotation ends here", "refused, as it should be",
            "would rotate local/db_password: command",
        ],
    ]

    @Test(arguments: Page.guides.filter { !$0.sessions.isEmpty && Session.isPossible($0) })
    func sessionsOfTheGuideDoWhatItSays(guide: Page) async throws {
        let name = try #require(guide.path.split(separator: "/").last?.split(separator: ".").first)
        let texts = try #require(Self.shown[String(name)])
        let output = try await Session.run(guide)
        for text in texts { #expect(output.contains(text), "\(text)") }
        for line in guide.outputs { #expect(Session.shows(output, line), "\(line)") }
    }

    @Test func outputThatIsMissingIsFound() {
        let output = "ok       daemon   answers at /x/control.sock (pid 12)  \nattempts 3"
        for shown in ["ok       daemon   answers at …control.sock (pid …)", "… answers …", "attempts 3", "att"] {
            #expect(Session.shows(output, shown), "\(shown)")
        }
        for missing in ["daemon", "… pid … answers", "attempts 4", "…attempts 3…attempts 3", "ok…3"] {
            #expect(!Session.shows(output, missing), "\(missing)")
        }
    }

    /// No guide has lost its sessions.
    @Test func guidesWithSessionsAreThese() {
        let names = Page.guides.filter { !$0.sessions.isEmpty }.map(\.path)
        #expect(names == Self.shown.keys.sorted().map { "\(Page.catalogue)/\($0).md" })
    }

    /// Pages in which a reader looks something up.
    private static let references = ["ConfigurationKeys", "JSONOutput", "MetricsReference", "ScheduleKeys"]

    /// An article that is longer than a reader's patience wants to be two.
    @Test(arguments: Page.guides.filter { guide in !references.contains { guide.path.hasSuffix("/\($0).md") } })
    func guideIsNotTooLong(guide: Page) {
        #expect(guide.text.split(separator: "\n", omittingEmptySubsequences: false).count <= 260)
    }
}
