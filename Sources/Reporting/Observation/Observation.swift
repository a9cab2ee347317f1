package import RotationStore
package import Scheduling

/// What a daemon shows of itself at one instant: the source of metrics and of the status page.
///
/// It holds names, counts and instants; never a value, a token or a text from a remote body.
package struct Observation: Sendable {
    package var at: Instant
    package var startedAt: Instant
    package var host: String
    package var version: String
    /// The names of the configured hubs, sorted.
    package var hubs: [String] = []
    /// Why the daemon is not ready, in one word; nil if it is.
    package var obstacle: String?
    /// Whether the engine has made no progress although it should have.
    package var isStalled = false
    /// When the engine's last pass for due work ended; nil before the first one.
    package var lastPass: Instant?
    /// What the history says; nil if it could not be read yet.
    package var figures: HistoryFigures?
    /// When the figures were read.
    package var figuresAt: Instant?
    /// The problems of `status`.
    package var problems: [ProblemNote] = []
    package var live = LiveRotations()
    package var counters = RotationCounters()
    /// The number of the newest entry of the audit log.
    package var headSeq: Int64 = 0
    /// The newest verification of the log; nil if none is known.
    package var verification: HistoryFigures.Verification?
    /// How often the stream of commits was too far ahead to be followed, so that counters lack something.
    package var gaps = 0

    package init(at: Instant, startedAt: Instant, host: String, version: String) {
        (self.at, self.startedAt, self.host, self.version) = (at, startedAt, host, version)
    }
}
