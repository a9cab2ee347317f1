import Foundation
import TestSupport
import Testing

/// Entries are chosen, exported and recorded as read, by the real executable.
@Suite(.timeLimit(.minutes(5)))
struct AuditQueryTests {
    @Test func optionsChooseEntriesAndPagesFollowEachOther() async throws {
        try await World.with { world in
            try await world.schedule("db_a", "db_b", "web", every: "30d")
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "db_a", "--wait", "--reason", "leak")
                try await world.expect(0, "schedule", "pause", "web", "--reason", "freeze")
            }
            let all = try await world.audit()
            func found(_ options: String...) async throws -> [[String: Any]] {
                let outcome = try await world.run(["audit", "list", "--json"] + options)
                #expect(outcome.status == 0, "\(outcome.errors)")
                return outcome.objects
            }
            let databases = try await found("--secret", "db_*")
            #expect(Set(databases.compactMap { $0["alias"] as? String }) == ["db_a", "db_b"])
            let story = try await found("--outcome", "succeeded")
            #expect(story.first?["event"] as? String == "rotation.opened")
            #expect(story.last?["event"] as? String == "rotation.closed")
            let id = try #require(story.first?["rotation"] as? String)
            #expect(try await found("--rotation", id).count == story.count)
            #expect(try await found("--actor", "daemon", "--event", "daemon.*").count == 2)
            #expect(try await found("--until", "2020-01-01").isEmpty)
            #expect(try await found("--since", "1d", "--until", "0s").count == all.count)
            #expect(try await found("--last", "1").first?["event"] as? String == "daemon.stopped")
            // Pages have each entry once.
            var (pages, after) = ([Int](), 0)
            while let page = try? await found("--limit", "4", "--after", "\(after)"), !page.isEmpty {
                pages += page.compactMap { $0["seq"] as? Int }
                after = pages.last ?? 0
            }
            #expect(pages == Array(1...all.count))
            let first = try await world.run("audit", "list", "--limit", "4")
            #expect(first.errors == "there may be more: --after 4\n")
        }
    }

    @Test(arguments: [
        ["--since", "yesterday"], ["--event", "rotation.fialed"], ["--trigger", "cron"], ["--outcome", "late"],
        ["--rotation", "x"], ["--limit", "0"], ["--limit", "1", "--last", "1"],
    ])
    func wrongOptionIsAnErrorOfUse(options: [String]) async throws {
        try await World.with { world in
            try await world.schedule("a", every: "30d")
            let outcome = try await world.run(["audit", "list"] + options)
            #expect(outcome.status == 64 && outcome.output.isEmpty && !outcome.errors.isEmpty, "\(outcome.errors)")
        }
    }

    /// The file has the leaves, the manifest its hash, and the history who has exported it.
    @Test func exportIsWhatItsManifestSaysAndIsRecorded() async throws {
        try await World.with { world in
            try await world.schedule("a", every: "30d")
            let file = world.folder.file("history.jsonl")
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "a", "--wait")
                let outcome = try await world.run("audit", "export", "--output", file)
                #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.errors)")
                let manifest = try #require(
                    try JSONSerialization.jsonObject(with: Data(world.folder.read("history.jsonl.manifest.json").utf8))
                        as? [String: Any]
                )
                let hash = try await Oracle.shell("sha256sum '\(file)' | cut -d' ' -f1")
                #expect(manifest["sha256"] as? String == hash && manifest["file"] as? String == "history.jsonl")
                let lines = try world.folder.read("history.jsonl").split(separator: "\n")
                #expect(manifest["count"] as? Int == lines.count && manifest["complete"] as? Bool == true)
                let exported = try #require(
                    try await world.audit().last { $0["event"] as? String == "audit.exported" }
                )
                let detail = try #require(exported["detail"] as? [String: Any])
                #expect(detail["sha256"] as? String == hash && detail["count"] as? Int == lines.count)
                #expect((exported["actor"] as? [String: Any])?["uid"] as? UInt32 == getuid())
                try await world.expect(0, "audit", "verify")
                #expect(try await world.events().last == "audit.verified")
            }
            // Without a daemon nobody records it, which is said.
            let alone = try await world.run("audit", "export", "--format", "csv")
            #expect(alone.status == 0 && alone.output.hasPrefix("seq,time,event,"))
            #expect(alone.errors.contains("not recorded in the history"))
            let missing = try await world.run("audit", "export", "--output", "/nonexistent/x")
            #expect(missing.status == 74)
        }
    }
}
