import Foundation
import TestSupport
import Testing

/// Witnesses and the daemon, by the real executable, and by a verifier that knows nothing of its code.
@Suite(.timeLimit(.minutes(5)))
struct WitnessTests {
    /// Adds an audit key, and witnesses.
    ///
    /// - Returns: The log's verifier key.
    private static func configure(_ world: World, _ audit: String) async throws -> String {
        let made = try await Program.run([
            "keygen", "audit", "--origin", "ops1.example.com/rotator", "--output", world.folder.file("audit.key"),
        ])
        #expect(made.status == 0)
        let text = try world.folder.read("config.yaml")
        let keys = "keys: {audit: \"file:\(world.folder.file("audit.key"))\", "
        try world.folder.write(text.replacing("keys: {", with: keys) + "audit: {\(audit)}\n", to: "config.yaml")
        return made.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What `status` says of a witness.
    private static func standing(_ world: World, _ index: Int = 0) async throws -> [String: Any] {
        let status = try await world.run("status", "--json")
        let witnesses = status.objects.first?["witnesses"] as? [[String: Any]] ?? []
        return index < witnesses.count ? witnesses[index] : [:]
    }

    /// Signs the head, and waits until so many witnesses have cosigned it.
    private static func cosignedHead(_ world: World, by count: Int) async throws -> String {
        var note = ""
        try await eventually("\(count) witnesses have cosigned the head") {
            note = try await world.run("audit", "checkpoint").output
            return note.matches(of: #/\n— /#).count == 1 + count
        }
        return note
    }

    @Test func proofOfAWitnessedLogIsAcceptedByItsPolicy() async throws {
        try await World.with { world in
            let witnesses = [try await RunningWitness("w1", in: world), try await RunningWitness("w2", in: world)]
            let list = witnesses.map(\.yaml).joined(separator: ", ")
            let log = try await Self.configure(world, "witnesses: [\(list)], quorum: 2")
            try await world.schedule("a", every: "30d")
            try await witnesses[0].run(for: log) {
                try await witnesses[1].run(for: log) {
                    try await world.withDaemon { _ in
                        for _ in 0..<3 {
                            try await world.expect(0, "rotate-now", "a", "--wait")
                            try world.folder.write(try await Self.cosignedHead(world, by: 2), to: "checkpoint")
                        }
                        try await Self.verifyFirstEntry(world, log)
                        #expect(try await Self.standing(world)["cosigned_size"] as? Int ?? 0 > 0)
                        let text = try await world.run("status")
                        #expect(text.status == 0 && text.output.contains("w1.example: last cosigned"), "\(text.output)")
                    }
                }
            }
            // However many checkpoints were cosigned.
            #expect(
                try await world.events().filter { $0.hasPrefix("witness.") }
                    == Array(repeating: "witness.cosigned", count: 2)
            )
            // The daemon's last checkpoint got its cosignatures before it stopped.
            let last = try await world.audit().count
            let proof = try await world.run("audit", "prove", "\(last)")
            #expect(proof.status == 0 && proof.errors.isEmpty && proof.output.matches(of: #/\n— /#).count == 3)
        }
    }

    /// Our own verifier and one in Python accept an entry by the policy, and refuse another quorum.
    private static func verifyFirstEntry(_ world: World, _ log: String) async throws {
        let folder = world.folder
        let policy = try await world.run("audit", "policy")
        #expect(policy.status == 0 && policy.output.contains("group witnesses 2 w1 w2\nquorum witnesses\n"))
        try folder.write(policy.output, to: "policy")
        let line = try await world.run("audit", "show", "--json", "1").output.trimmingCharacters(in: .newlines)
        let proof = try await world.run("audit", "prove", "1")
        #expect(proof.status == 0 && proof.errors.isEmpty, "\(proof.errors)")
        try folder.write(proof.output, to: "proof")
        try folder.write(line, to: "leaf")
        let words = ["audit", "verify", "--proof", folder.file("proof"), "--policy", folder.file("policy")]
        #expect(try await world.run(words, input: line).status == 0)
        #expect(try await world.run(words, input: line.replacing("30d", with: "31d")).status == 1)
        #expect(try await python(world, log).hasPrefix("right: "))
        // A proof without a witness's line is refused by both.
        let lines = proof.output.split(separator: "\n", omittingEmptySubsequences: false)
        let fewer = lines.filter { !$0.hasPrefix("— w2.example") }.joined(separator: "\n")
        try folder.write(fewer, to: "proof")
        let refused = try await world.run(words, input: line)
        #expect(refused.status == 1 && refused.errors.contains("too few witnesses"), "\(refused.errors)")
        #expect(try await python(world, log) == "wrong: the policy has no quorum of cosignatures")
    }

    /// The verdict of the verifier in Python about a world's proof.
    private static func python(_ world: World, _ log: String) async throws -> String {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let program = tests.appending(path: "TransparencyLogTests/Oracle/verify.py").path()
        let file = world.folder.file
        return try await Oracle.shell(
            """
            python3 '\(program)' --vkey '\(log)' --checkpoint '\(file("checkpoint"))' --policy '\(file("policy"))' \
                --proof '\(file("leaf"))' '\(file("proof"))' 2>&1 || true
            """
        )
    }

    @Test func rotationsGoOnWhileAWitnessIsAway() async throws {
        try await World.with { world in
            let witness = try await RunningWitness("w1", in: world)
            let log = try await Self.configure(world, "witnesses: [\(witness.yaml)]")
            try await world.schedule("a", every: "30d")
            try await world.withDaemon { _ in
                try await witness.run(for: log) { _ = try await Self.cosignedHead(world, by: 1) }
                try await world.expect(0, "rotate-now", "a", "--wait")
                try await world.expect(0, "audit", "checkpoint")
                try await eventually("it is away") {
                    try await Self.standing(world)["error"] as? String == "unreachable"
                }
                let status = try await world.run("status")
                #expect(status.status == 0 && status.output.contains("w1.example: away since"), "\(status.output)")
                try await world.expect(0, "rotate-now", "a", "--wait")
                try await Self.expectProblemAfterADay(world)
                try await witness.run(for: log) { _ = try await Self.cosignedHead(world, by: 1) }
                #expect(try await Self.standing(world)["error"] == nil)
                try await world.expect(0, "status")
            }
            let events = try await world.events().filter { $0.hasPrefix("witness.") }
            // It was not there when the daemon started.
            let expected = ["witness.failed", "witness.cosigned", "witness.failed", "witness.cosigned"]
            #expect(events == expected)
        }
    }

    /// As if it had been away for a day.
    private static func expectProblemAfterADay(_ world: World) async throws {
        let database = world.folder.file("rotator.db")
        try await world.change(database, "UPDATE audit_witnesses SET failing_since = failing_since - 86400000")
        let problem = try await world.problem("witness_away")
        #expect(problem["subject"] as? String == "witness w1.example")
    }

    /// A history that was put back from before the last cosignature is refused, though a person has accepted it here.
    @Test(arguments: [true, false])
    func olderCopyIsRefused(isHeld: Bool) async throws {
        try await World.with { world in
            let witness = try await RunningWitness("w1", in: world)
            let log = try await Self.configure(world, "witnesses: [\(witness.yaml)]")
            try await world.schedule("a", every: "30d")
            try await witness.run(for: log) {
                let copy = "cp '\(world.folder.file("rotator.db"))' '\(world.folder.file("older.db"))'"
                _ = try await Oracle.shell(copy)
                try await world.withDaemon { _ in
                    for _ in 0..<5 { try await world.expect(0, "rotate-now", "a", "--wait") }
                    _ = try await Self.cosignedHead(world, by: 1)
                }
                let mark = isHeld ? "" : "rotator.db.mark"
                _ = try await Oracle.shell(
                    "cd '\(world.folder.path)' && rm -rf rotator.db-* \(mark) history && cp older.db rotator.db"
                )
                try await world.withDaemon { _ in
                    if isHeld {
                        _ = try await world.problem("history_behind")
                        try await world.expect(0, "restore", "--accept", "--reason", "a test")
                    }
                    let problem = try await world.problem("history_forked")
                    #expect(problem["subject"] as? String == "witness w1.example")
                    #expect(try world.log.contains("a witness has cosigned another history"))
                    // It says so, and rotates.
                    try await world.expect(0, "rotate-now", "a", "--wait")
                    let status = try await world.run("status")
                    #expect(status.output.contains("REFUSES THIS HISTORY"), "\(status.output)")
                }
            }
        }
    }

    /// What leaves the database is said by `status` and `check`, and is no problem.
    @Test func copiesAreToldLoudly() async throws {
        try await World.with { world in
            try await world.schedule("a", every: "30d")
            func expect(_ word: String, _ text: String) async throws {
                try await world.withDaemon { _ in
                    let status = try await world.run("status")
                    #expect(status.status == 0 && status.output.contains(text), "\(status.output)")
                    let json = try await world.run("status", "--json").objects.first
                    #expect(json?["checkpoint_copies"] as? String == word)
                    let check = try await world.run("check", "--json")
                    let finding = check.objects.first { $0["subject"] as? String == "audit log" }
                    #expect(check.status == 0 && finding?["result"] as? String == "warning")
                    #expect((finding?["text"] as? String)?.contains(text) == true)
                }
            }
            try await expect("unsigned", "NOTHING IS SIGNED")
            _ = try await Self.configure(world, "origin: ops1.example.com/rotator")
            try await expect("none", "NO COPY of the checkpoints leaves the database")
            let text = try world.folder.read("config.yaml")
            let file = "checkpoint_file: \"\(world.folder.file("checkpoints"))\", origin:"
            try world.folder.write(text.replacing("origin:", with: file), to: "config.yaml")
            try await expect("file", "the checkpoint file is all there is: copy it off this host")
        }
    }

    @Test(arguments: [
        ("--log", "x", 64 as Int32), ("--key", "/nowhere", 74), ("--port", "65536", 64),
    ])
    func wrongOptionIsRefused(option: String, value: String, status: Int32) async throws {
        try await World.with { world in
            let witness = try await RunningWitness("w1", in: world)
            let audit = try await Program.run(["keygen", "audit", "--output", world.folder.file("a.key")])
            var options = [
                "--log": audit.output.trimmingCharacters(in: .whitespacesAndNewlines),
                "--key": world.folder.file("w1.key"), "--database": world.folder.file("w1.db"),
                "--port": "\(witness.port)",
            ]
            options[option] = value
            let outcome = try await Program.run(["witness"] + options.flatMap { [$0.key, $0.value] })
            #expect(outcome.status == status, "\(outcome.errors)")
        }
    }
}
