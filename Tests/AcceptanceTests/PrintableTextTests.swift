import Foundation
import SandboxHub
import TestSupport
import Testing

/// Controls and bidirectional marks in texts of operators and hubs reach no terminal.
@Suite(.timeLimit(.minutes(5)))
struct PrintableTextTests {
    private static let marks = "\u{9B}31m\u{202E}\u{2066}\u{200F}\u{61C}\u{FEFF}\u{2028}\u{1B}[2J"
    private static let shown =
        #"\u{9b}31m\u{202e}\u{2066}\u{200f}\u{61c}\u{feff}\u{2028}\u{1b}[2J"#

    private func expectPlain(_ text: String, _ what: [String]) {
        let found = text.unicodeScalars.filter {
            [.control, .format, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
                && $0 != "\n"
        }
        #expect(found.isEmpty, "\(what)")
    }

    @Test func textsAreEscapedForPeopleAndExactAsJSON() async throws {
        let marks = Self.marks
        try await World.with { world in
            let options = ["--description", marks, "--owner", marks, "--policy", marks]
            try await world.schedule("marked", every: "30d", options: options)
            try await world.expect(0, "schedule", "pause", "marked", "--reason", marks)
            try await world.expect(0, "secret", "update", "marked", "--description", marks)
            try await world.expect(0, "rotate-now", "marked", "--reason", marks, "--ticket", marks)
            try await world.withDaemon { _ in
                try await eventually("it has rotated") {
                    world.patches("marked").contains { $0.keys.contains("value") }
                }
            }
            let commands = [
                ["schedule", "show", "marked"], ["schedule", "list"], ["secret", "list"], ["status"],
                ["audit", "show", "1"], ["audit", "list"], ["rotate-now", "marked", "--dry-run"],
            ]
            for command in commands { self.expectPlain(try await world.run(command).output, command) }
            #expect(try await world.run("schedule", "show", "marked").output.contains(Self.shown))
            #expect(try await world.run("secret", "list").output.contains(Self.shown))
            let refused = try await world.run("rotate-now", marks)
            #expect(refused.errors.contains(Self.shown))
            self.expectPlain(refused.errors, ["rotate-now"])
            self.expectPlain(try world.log, ["daemon"])
            let schedule = try await world.run("schedule", "show", "marked", "--json").objects.first
            #expect(schedule?["description"] as? String == marks)
            #expect(schedule?["pause_reason"] as? String == marks)
        }
    }
}
