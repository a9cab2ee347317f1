import Foundation
import TestSupport
import Testing
import TransparencyLog

/// The audit log's tree, checkpoints and proofs, by the real executable, and by a verifier that knows nothing of its code.
struct AuditTreeTests {
    /// An audit key and a file for checkpoints; the key's public half.
    private static func configure(_ world: World) async throws -> String {
        let folder = world.folder
        let made = try await Program.run([
            "keygen", "audit", "--origin", "ops1.example.com/rotator", "--output", folder.file("audit.key"),
        ])
        #expect(made.status == 0)
        var text = try folder.read("config.yaml")
        let keys = "keys: {audit: \"file:\(folder.file("audit.key"))\", "
        text = text.replacingOccurrences(of: "keys: {", with: keys)
        text += """
            audit: {origin: ops1.example.com/rotator, checkpoint_file: "\(folder.file("checkpoints"))"}

            """
        try folder.write(text, to: "config.yaml")
        return made.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A key that is configured and can't be read must not look like a signed log.
    @Test func headThatIsNotSignedIsAProblem() async throws {
        try await World.with { world in
            _ = try await Self.configure(world)
            unlink(world.folder.file("audit.key"))
            try await world.withDaemon { _ in
                let problem = try await world.problem("checkpoints_unsigned")
                let text = problem["text"] as? String ?? ""
                #expect(problem["subject"] as? String == "audit log" && text.contains("audit.key"), "\(problem)")
            }
        }
    }

    /// At the start and at the end of the daemon; what is exported then is verified by Python.
    @Test func checkpointsOfADaemonsLifeAreVerifiedByOthers() async throws {
        try await World.with { world in
            let key = try await Self.configure(world)
            try await world.schedule("a", every: "30d")
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "a", "--wait")
                let signed = try await world.run("audit", "checkpoint")
                #expect(signed.status == 0 && signed.output.hasPrefix("ops1.example.com/rotator\n"))
                try world.folder.write(signed.output, to: "kept")
                let verified = try await world.run(
                    "audit",
                    "verify",
                    "--json",
                    "--checkpoint",
                    world.folder.file("kept"),
                    "--key",
                    key
                )
                #expect(verified.status == 0 && verified.objects.first?["ok"] as? Bool == true)
            }
            #expect(try world.log.matches(of: #/"checkpoint"/#).count >= 2)
            let file = try world.folder.read("checkpoints")
            #expect(file.components(separatedBy: "ops1.example.com/rotator\n").count - 1 >= 2)
            let verified = try await world.run("audit", "verify", "--checkpoint", world.folder.file("checkpoints"))
            #expect(
                verified.status == 0 && verified.output.hasSuffix("OK: no entry was changed\n"),
                "\(verified.output)"
            )
            let entries = try await world.audit()
            #expect(entries.last?["event"] as? String == "daemon.stopped")
            // The last entry is signed, too.
            let proof = try await world.run("audit", "prove", "\(entries.count)")
            #expect(proof.status == 0 && proof.output.hasPrefix("c2sp.org/tlog-proof@v1\nindex \(entries.count - 1)\n"))
            try world.folder.write(proof.output, to: "proof")
            let line = try await world.run("audit", "show", "--json", "\(entries.count)").output
            let words = ["audit", "verify", "--proof", world.folder.file("proof"), "--key", key]
            #expect(try await world.run(words, input: line).status == 0)
            let proven = try await world.run(words + ["--json"], input: line)
            #expect(proven.objects.first?["ok"] as? Bool == true)
            #expect(proven.objects.first?["seq"] as? Int == entries.count)
            let refused = try await world.run(words, input: line.replacingOccurrences(of: "stopped", with: "started"))
            #expect(refused.status == 1, "\(refused.errors)")
        }
    }

    /// An entry that root has changed is named.
    @Test func changedEntryIsNamed() async throws {
        try await World.with { world in
            _ = try await Self.configure(world)
            try await world.schedule("a", every: "30d")
            try await world.withDaemon { _ in }
            try await world.change(
                world.folder.file("rotator.db"),
                "DROP TRIGGER audit_log_no_update; UPDATE audit_log SET line = replace(line, '30d', '31d') WHERE seq = 1"
            )
            let verified = try await world.run("audit", "verify")
            #expect(verified.status == 1)
            #expect(
                verified.output.contains("entry 1: its text was changed after it was written"),
                "\(verified.output)"
            )
            #expect(verified.output.hasSuffix("NOT OK: the audit log is damaged\n"))
            // So that the schema's check at the end of a world finds what it wrote.
            try await world.change(
                world.folder.file("rotator.db"),
                "UPDATE audit_log SET line = replace(line, '31d', '30d') WHERE seq = 1"
            )
        }
    }

    /// A database that was put back from before the last checkpoint rotates nothing, though its mark is gone.
    @Test func databaseBehindItsCheckpointsIsHeld() async throws {
        try await World.with { world in
            _ = try await Self.configure(world)
            try await world.schedule("a", every: "30d")
            let copy = world.folder.file("older.db")
            _ = try await Oracle.shell("cp '\(world.folder.file("rotator.db"))' '\(copy)'")
            try await world.withDaemon { _ in try await world.expect(0, "rotate-now", "a", "--wait") }
            _ = try await Oracle.shell(
                "cd '\(world.folder.path)' && rm -rf rotator.db-* rotator.db.mark history && cp older.db rotator.db"
            )
            try await world.withDaemon { _ in
                let problem = try await world.problem("history_behind")
                #expect((problem["text"] as? String)?.contains("nothing is rotated") == true)
                try await world.expect(0, "restore", "--accept", "--reason", "a test")
                try await world.expect(0, "rotate-now", "a", "--wait")
            }
            // What was accepted is the newest history now.
            try await world.withDaemon { _ in
                #expect(try await world.run("status", "--json").objects.first?["daemon"] as? String == "ready")
                try await world.expect(0, "rotate-now", "a", "--wait")
            }
        }
    }

    @Test func checkpointWithoutAKeySaysWhatToDo() async throws {
        try await World.with { world in
            try await world.schedule("a", every: "30d")
            let refused = try await world.run("audit", "checkpoint")
            #expect(refused.status == 78 && refused.errors.contains("keygen audit"))
        }
    }

    /// Old entries go to a file that Python verifies by its checkpoint; what is left is verified with it.
    @Test func archiveIsVerifiedByOthers() async throws {
        try await World.with { world in
            let key = try await Self.configure(world)
            let file = world.folder.file("old.jsonl")
            try await world.schedule("a", every: "30d")
            try await world.withDaemon { _ in
                try await world.expect(0, "rotate-now", "a", "--wait")
                try await world.expect(0, "audit", "checkpoint")
                try await world.expect(0, "rotate-now", "a", "--wait")
                let tried = try await world.run("audit", "archive", "--before", "0s", "--output", file, "--dry-run")
                #expect(tried.status == 0 && tried.output.contains("would be archived"))
                try await world.expect(0, "audit", "archive", "--before", "0s", "--output", file)
                let listed = try await world.run("audit", "list", "--event", "audit.archived", "--json")
                #expect(listed.objects.count == 1 && listed.errors.contains("were archived"))
                try await world.expect(0, "rotate-now", "a", "--wait")
            }
            let manifest = try #require(
                try JSONSerialization.jsonObject(with: Data(world.folder.read("old.jsonl.manifest.json").utf8))
                    as? [String: Any]
            )
            try world.folder.write(try #require(manifest["checkpoint"] as? String), to: "checkpoint")
            let verify =
                "python3 '\(Oracle.verifier)' --vkey '\(key)' --checkpoint '\(world.folder.file("checkpoint"))'"
            _ = try await Oracle.shell("\(verify) --leaves '\(file)'")
            let sound = try await world.run("audit", "verify", "--key", key, "--archive", file)
            #expect(sound.status == 0 && sound.output.contains("as they were written"), "\(sound.output)")
            try await world.expect(74, "audit", "archive", "--before", "0s", "--output", file)
            // A line that was changed in the file is named.
            let text = try world.folder.read("old.jsonl")
            try world.folder.write(text.replacingOccurrences(of: "30d", with: "31d"), to: "changed.jsonl")
            let changed = try await world.run("audit", "verify", "--archive", world.folder.file("changed.jsonl"))
            #expect(changed.status == 1 && changed.output.contains("NOT OK: entry 1: not what the log has"))
        }
    }

    /// The new key signs once the configuration names it; an auditor with either key verifies all.
    @Test func keyIsChangedByAnEntryThatBothKeysSign() async throws {
        try await World.with { world in
            let former = try await Self.configure(world)
            try await world.schedule("a", every: "30d")
            let file = world.folder.file("new.key")
            try await world.withDaemon { daemon in
                try await world.expect(0, "audit", "checkpoint")
                let made = try await Program.run([
                    "keygen", "audit", "--origin", "ops1.example.com/rotator", "--output", file,
                ])
                let new = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
                try await world.expect(0, "audit", "change-key", file)
                let early = try await world.run("audit", "checkpoint")
                #expect(early.status != 0 && early.errors.contains("change-key"), "\(early.errors)")
                let text = try world.folder.read("config.yaml").replacingOccurrences(of: "audit.key", with: "new.key")
                try world.folder.write(text, to: "config.yaml")
                daemon.send(SIGHUP)
                try await eventually("the new key signs") { try await world.run("audit", "checkpoint").status == 0 }
                for key in [former, new] { try await world.expect(0, "audit", "verify", "--key", key) }
            }
            #expect(try await world.events().contains("audit.key_changed"))
        }
    }

    /// A checkpoint that no key of this log has signed holds nobody: who can write the file can't stop the daemon.
    @Test func forgedCheckpointHoldsNobody() async throws {
        try await World.with { world in
            _ = try await Self.configure(world)
            try await world.schedule("a", every: "30d")
            try await world.withDaemon { _ in }
            let forged = try SignedNoteKey(name: "ops1.example.com/rotator").signCheckpoint(size: 99, root: .emptyRoot)
            let kept = try world.folder.read("checkpoints")
            try world.folder.write(kept + String(decoding: forged.bytes, as: UTF8.self), to: "checkpoints")
            try await world.withDaemon { _ in try await world.expect(0, "rotate-now", "a", "--wait") }
        }
    }
}
