import Scheduling

/// How the report can be checked by others, and what its words mean.
extension AuditReport {
    var verificationSection: HTML {
        section("verification", "Verification") {
            tag("dl", .class("facts")) {
                fact("Result", verification.conclusion)
                fact("Entries read", verification.entries.grouped)
                if verification.archived > 0 {
                    fact(
                        "Archived entries",
                        "1 to \(verification.archived.grouped): in files, and in no count of events"
                    )
                }
                fact("Outcomes of rotations compared", verification.rotations.grouped)
                fact("Root of the Merkle tree", verification.root ?? "unknown, as entries are missing")
                fact("Checkpoints that agree", verification.checkpoints.grouped)
                fact("Proven up to entry", verification.provenUpTo == 0 ? "none" : verification.provenUpTo.grouped)
                fact("Signatures", verification.signaturesChecked ? "checked" : "not checked: give --key")
            }
            if let checkpoint = verification.checkpoint {
                tag("h3", text: "Newest signed checkpoint")
                tag("pre") { tag("code") { HTML(lines: checkpoint) } }
                tag(
                    "p",
                    .class("minor"),
                    text: """
                        Compare it with the copy that is kept on another host: who is root here can change the database, but not \
                        that copy. secret-rotator audit verify --checkpoint FILE does it.
                        """
                )
            } else {
                nothing(
                    "The history has no signed checkpoint: keys.audit is not set, or the daemon has not run with it yet."
                )
            }
            evidence([entriesFigure])
        }
    }

    private func fact(_ name: StaticString, _ value: String) -> HTML {
        tag("div") {
            tag("dt", text: "\(name)")
            tag("dd", text: value)
        }
    }

    var methodSection: HTML {
        section("method", "Method") {
            tag("ul", .class("method")) {
                for text in Self.method { tag("li", text: text) }
            }
            tag("p", text: "Each count can be checked: paste its query into")
            tag("pre") { tag("code", text: "sqlite3 -readonly rotator-history.db") }
        }
    }

    private static let method = [
        "All instants are UTC. The range holds its start, and ends right before its end.",
        "All figures were read in one state of the database, from the documented views.",
        "A rotation belongs to the instant when it ended; an open one to none.",
        """
        A value's age counts from the last rotation that succeeded, whenever that was; where there was none, from the instant when \
        its schedule was added, or of the first entry that is not archived. Overdue means as old as max_age, or older.
        """,
        "max_age, policy and the rest of a schedule are those that were in force at that time, as the history recorded them.",
        "Time to recover is the time from the first failure after a success to the next success of the same secret.",
        """
        After a crash the daemon's last entry is the last sign of it: the gap may be shorter than shown. While the daemon is down \
        nothing rotates; slots of that time are caught up or missed, as the schedule says.
        """,
    ]
}
