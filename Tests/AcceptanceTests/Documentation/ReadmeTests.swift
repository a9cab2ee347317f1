import Testing

@Suite(.timeLimit(.minutes(5)))
struct ReadmeTests {
    /// A reader who has only the README reaches a scheduled rotation, and each command of it does what it says.
    @Test func sessionOfTheReadmeReachesAScheduledRotation() async throws {
        #expect(Page.readme.sessions.count == 2)
        let output = try await Session.run(.readme)
        for text in [
            "token accepted, 0 secrets listed", "local/db_password: created", "  schedule  ",
            "db_password: succeeded after 1 attempt", "leaked in a log", "problems     none",
            "OK: no entry was changed",
        ] {
            #expect(output.contains(text), "\(text)")
        }
    }

    /// It is for five minutes.
    @Test func readmeIsShort() {
        #expect(Page.readme.text.split(separator: "\n", omittingEmptySubsequences: false).count <= 151)
    }
}
