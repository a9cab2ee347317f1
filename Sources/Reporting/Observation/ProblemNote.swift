package import Scheduling

/// A problem that needs a person, in the words of `status`.
package struct ProblemNote: Hashable, Sendable {
    /// The kind of problem, a word of a closed set.
    package var kind: String
    package var subject: String
    /// The start of the problem; nil if it is not known.
    package var since: Instant?
    package var text: String
    package var advice: String

    package init(kind: String, subject: String, since: Instant?, text: String, advice: String) {
        (self.kind, self.subject, self.since) = (kind, subject, since)
        (self.text, self.advice) = (text, advice)
    }
}
