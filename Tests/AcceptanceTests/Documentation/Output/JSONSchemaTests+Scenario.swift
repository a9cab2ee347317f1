import SandboxHub
import Synchronization
import TestSupport
import Testing

extension JSONSchemaTests {
    /// The lines that commands print in one small world, each with the heading of its section.
    static func scenario(_ page: OutputPage) async throws -> [(heading: String, text: String)] {
        let lines = Mutex<[(heading: String, text: String)]>([])
        try await World.with { world async throws in
            let print: @Sendable ([String], String) async throws -> Void = { arguments, input in
                let outcome = try await world.run(arguments + ["--json"], input: input)
                let heading = try #require(page.printed(by: arguments + ["--json"])?.first?.heading)
                let new = outcome.output.split(separator: "\n").map { (heading: heading, text: String($0)) }
                #expect(!new.isEmpty, "\(arguments): \(outcome.errors)")
                lines.withLock { $0 += new }
            }
            try await world.schedule("first", "second", every: "30d", options: ["--owner", "payments"])
            world.hub.create("unmanaged", value: "set by hand")
            try await plan(world, print)
            try await world.withDaemon { _ async throws in try await rotate(world, print) }
            try await restore(world, print)
        }
        return lines.withLock { $0 }
    }

    private typealias Printing = @Sendable (_ arguments: [String], _ input: String) async throws -> Void

    /// Commands that need no daemon.
    private static func plan(_ world: World, _ print: Printing) async throws {
        try await print(["schedule", "list"], "")
        try await print(["schedule", "show", "first"], "")
        try await print(["schedule", "next", "first", "--count", "2"], "")
        try await print(["schedule", "next", "--until", "60d", "--by", "day"], "")
        try await print(["schedule", "edit", "second", "--every", "7d", "--owner", ""], "")
        let file = "schedules: [{secret: first, every: 1d, generator: token}]\n"
        try await print(["schedule", "diff", "-f", "-"], file)
        try await print(["schedule", "apply", "-f", "-", "--prune"], file)
        try await world.expect(0, "schedule", "add", "second", "--every", "30d")
        try await print(["rotate-now", "first", "--dry-run"], "")
        try await print(["rotate-now", "second"], "")
        try await print(["status"], "")
        try await print(["hub", "list"], "")
        try await print(["check"], "")
        try await print(["audit", "verify"], "")
    }

    /// Commands that ask the daemon, and what they leave.
    private static func rotate(_ world: World, _ print: Printing) async throws {
        try await print(["rotate-now", "first", "--wait"], "")
        try await world.untilNothingIsOpen()
        try await print(["rotation", "list"], "")
        let rotation = try #require(
            try await world.run("rotation", "list", "--json").objects.first?["rotation"] as? String
        )
        try await print(["rotation", "show", rotation], "")
        try await print(["secret", "list"], "")
        try await print(["drift"], "")
        try await print(["status"], "")
        try await print(["check"], "")
    }

    /// A backup, an entry after it, and the backup again.
    private static func restore(_ world: World, _ print: Printing) async throws {
        let backup = world.folder.file("backup.db")
        try await print(["backup", backup], "")
        try await world.expect(0, "schedule", "pause", "first", "--reason", "after the backup")
        try await print(["restore", backup], "")
        try await print(["restore", "--accept", "--reason", "a test"], "")
    }
}
