import TestSupport
import Testing

@testable import Notifications

/// Messages to programs.
@Suite(.timeLimit(.minutes(5)))
struct CommandTransportTests {
    private static func failure(_ command: [String], _ body: String = "{}\n", timeout: Duration = .seconds(60)) async
        -> DeliveryFailure?
    {
        do throws(DeliveryFailure) {
            try await CommandTransport(command: command, timeout: timeout).deliver(Array(body.utf8))
            return nil
        } catch {
            return error
        }
    }

    @Test func programGetsTheMessageAndNothingElse() async throws {
        try await TemporaryFolder.with { folder async throws in
            let script = "cat > \"$1\"; /usr/bin/env > \"$1.env\"; pwd > \"$1.pwd\"; echo \"$2\" > \"$1.two\""
            let command = ["/bin/sh", "-c", script, "sh", folder.file("got"), "$(touch x) ; *"]
            #expect(await Self.failure(command, "{\"a\":\"\u{E4}\"}\n") == nil)
            #expect(try folder.read("got") == "{\"a\":\"\u{E4}\"}\n")
            // What the shell itself has set.
            let names = try folder.read("got.env").split(separator: "\n").compactMap { $0.split(separator: "=").first }
            #expect(Set(names).isSubset(of: ["PWD", "OLDPWD", "_", "SHLVL"]), "\(names)")
            #expect(try folder.read("got.pwd") == "/\n")
            // No shell of ours has read the argument.
            #expect(try folder.read("got.two") == "$(touch x) ; *\n")
        }
    }

    @Test func exitStatusIsTold() async {
        #expect(await Self.failure(["/bin/sh", "-c", "exit 3"]) == .exited(3))
        #expect(await Self.failure(["/bin/sh", "-c", "kill -TERM $$"]) == .exited(-15))
    }

    @Test func programThatDoesNotReadIsNoFailure() async {
        let large = String(repeating: "x", count: 1 << 20)
        #expect(await Self.failure(["/bin/true"], large) == nil)
    }

    @Test func missingProgramIsTold() async {
        guard case .notStarted = await Self.failure(["/nonexistent/page"]) else {
            Issue.record("it was started")
            return
        }
    }

    /// Its children hold its standard streams, too.
    @Test func programThatHangsIsKilledWithItsChildren() async {
        let begun = ContinuousClock.now
        let command = ["/bin/sh", "-c", "sleep 600 & sleep 600"]
        #expect(await Self.failure(command, timeout: .milliseconds(300)) == .timedOut)
        #expect(ContinuousClock.now - begun < .seconds(60))
    }
}
