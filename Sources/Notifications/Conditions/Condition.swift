package import Scheduling

/// A state that a person should know of, from its start to its end.
package struct Condition: Codable, Hashable, Sendable {
    /// The subject of a condition; `when:` of a receiver lists the kinds that it gets.
    package enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
        /// Rotations of a secret fail.
        case failing
        /// A value is older than its schedule allows.
        case overdue
        /// Nothing is sent to a hub but probes.
        case suspended
        /// A hub does not agree with the history.
        case drift
        /// A rotation waits for a person's decision.
        case parked
        /// Something is held back until a person acts: an old credential, or all rotations.
        case held
        /// The history can't be written, copied, or confirmed by a witness.
        case audit
    }

    /// What makes two conditions the same one.
    package struct Key: Hashable, Sendable, Comparable {
        package var kind: Kind
        package var problem: String
        package var subject: String

        package static func < (left: Key, right: Key) -> Bool {
            (left.subject, left.kind.rawValue, left.problem) < (right.subject, right.kind.rawValue, right.problem)
        }
    }

    package var kind: Kind
    /// The kind of problem that `status --json` names.
    package var problem: String
    /// What has it: `production/db_password`, `hub production`, `storage`.
    package var subject: String
    /// What tells it from an earlier one of the same subject: a rotation's ID, or the instant of its start.
    package var occurrence: String
    package var since: Instant?
    package var text: String

    package init(
        _ kind: Kind,
        _ problem: String,
        subject: String,
        occurrence: String,
        since: Instant?,
        text: String
    ) {
        (self.kind, self.problem, self.subject) = (kind, problem, subject)
        (self.occurrence, self.since, self.text) = (occurrence, since, text)
    }

    package var key: Key { Key(kind: kind, problem: problem, subject: subject) }
}
