import RotationConfiguration
import RotationCore
import RotationDaemon
import RotationStore
import Scheduling
import TransparencyLog

/// The part of `status` about checkpoints: where copies of them are, and what the witnesses do.
struct AuditStanding {
    /// A configured witness, and what is known of it.
    struct Witness {
        var name: String
        var url: String
        /// nil if it was never asked.
        var standing: WitnessStanding?
    }

    let copies: CheckpointCopies
    let witnesses: [Witness]

    init(_ configuration: Configuration, _ standings: [WitnessStanding]) {
        copies = CheckpointCopies(configuration)
        witnesses = WitnessQuorum(configuration.audit).members.map { member in
            let key = member.key.description
            return Witness(
                name: member.key.name.description,
                url: member.url,
                standing: standings.first { $0.witness == key }
            )
        }
    }

    /// The lines of the report.
    var lines: [String] {
        (copies.warning.map { ["audit log    \($0)"] } ?? []) + witnesses.map { "witness      \($0.text)" }
    }

    /// The values for `--json`.
    var json: [String: JSONValue?] {
        [
            "checkpoint_copies": .string(copies.rawValue),
            "checkpoint_warning": .text(copies.warning),
            "witnesses": witnesses.isEmpty ? nil : .array(witnesses.map(\.json)),
        ]
    }

    /// What needs a person.
    func problems(now: Instant) -> [StatusProblem] {
        witnesses.compactMap { witness in
            witness.standing?.failure.flatMap { StatusProblem(witness.name, $0, now: now) }
        }
    }
}

extension AuditStanding.Witness {
    fileprivate var text: String {
        guard let standing else { return "\(name): not asked yet" }
        let cosigned = standing.cosigned.map { "last cosigned \($0.size) entries at \($0.at.short)" }
        guard let failure = standing.failure else { return "\(name): \(cosigned ?? "not asked yet")" }
        let state = failure.error.isOtherHistory ? "REFUSES THIS HISTORY" : "away"
        return "\(name): \(state) since \(failure.since.short) (\(failure.error.rawValue)), "
            + (cosigned ?? "has never cosigned")
    }

    fileprivate var json: JSONValue {
        .fields([
            "name": .string(name),
            "url": .string(url),
            "cosigned_size": .number(standing?.cosigned.map { Int($0.size) }),
            "cosigned_at": .instant(standing?.cosigned?.at),
            "failing_since": .instant(standing?.failure?.since),
            "error": .text(standing?.failure?.error.rawValue),
        ])
    }
}

extension StatusProblem {
    /// The problem of a witness that fails; nil while it is only away for a short time.
    fileprivate init?(_ name: String, _ failure: WitnessStanding.Failure, now: Instant) {
        subject = "witness \(name)"
        since = failure.since
        switch failure.error {
        case .ahead, .fork:
            kind = .historyForked
            text =
                failure.error == .ahead
                ? "has cosigned more entries than this history has: the newest ones were removed here"
                : "has cosigned other entries than this history has: they were changed or removed here"
            advice =
                "find out who has replaced or changed the database, and keep it as evidence; if an older copy was accepted by "
                + "restore, begin a new log by audit change-key with a key of another origin, and give the witness that key"
        default:
            guard failure.isProblem(at: now) else { return nil }
            kind = .witnessAway
            text = "does not cosign checkpoints (\(failure.error.rawValue)); rotations go on"
            advice =
                "see that it runs at its URL, knows this log's key and has the configured one; it is asked again by itself"
        }
    }
}
