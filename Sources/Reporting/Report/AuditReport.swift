package import RotationStore
package import Scheduling

/// All figures of a report on the history: what its page shows, and nothing that it does not.
package struct AuditReport {
    /// A count, and the SQL that anybody can count it by.
    package struct Figure: Sendable {
        package var name: String
        package var count: Int64
        package var query: HistoryQuery
    }

    /// What a secret's written policy, its schedule and its history say of each other.
    package struct Standing: Sendable {
        package var secret: SecretKey
        /// The terms at the period's end, or the last ones.
        package var terms: ScheduleTerms?
        /// Whether there is a schedule at the period's end.
        package var isScheduled: Bool
        package var isPaused: Bool
        package var total: SecretFigures.Cell
        package var lastSuccess: Instant?
        package var ages: SecretAges
        package var verdict: Verdict
    }

    /// Whether a secret was rotated as its policy says.
    package enum Verdict: Int, Sendable, Comparable, CaseIterable {
        /// Older than its maximum age at the period's end.
        case overdue
        /// Older than its maximum age at times, not at the end.
        case exceeded
        /// No schedule manages it at the period's end.
        case unscheduled
        /// Its schedule has no maximum age.
        case noMaximumAge
        /// No rotation of it has succeeded yet: how old its value is, the history can't know.
        case notRotated
        /// Never older than its maximum age.
        case held

        package static func < (left: Verdict, right: Verdict) -> Bool { left.rawValue < right.rawValue }
    }

    /// What of a secret happened when.
    package struct TimelineRow: Sendable {
        package var secret: SecretKey
        package var cells: [Int: SecretFigures.Cell]
        package var total: SecretFigures.Cell

        /// How much there is that a reader looks for.
        var trouble: Int { total.failed + total.abandoned + total.missed }
    }

    /// Something that a person must know of a secret at the period's end.
    package struct Exception: Sendable {
        package enum Kind: Int, Sendable, CaseIterable {
            case overdue, failing, parked, valueUnknown, changed, unknownChange, missing, paused, neverRotated,
                unmanaged
        }

        package var kind: Kind
        package var secret: SecretKey
        package var since: Instant
        package var by: Actor?
        package var reason: String?
    }

    /// Requests of one caller with one reason: a command may name many secrets.
    package struct Emergency: Sendable {
        package var seq: Int64
        package var time: Instant
        package var actor: Actor
        package var reason: String?
        package var ticket: String?
        /// Why a hold was overridden.
        package var despiteHold: String?
        /// The first secrets.
        package var secrets: [SecretKey]
        /// The first requests.
        package var requests: [String]
        package var count: Int
        /// What became of the first ones: how many for each outcome, and the longest time to a success.
        package var outcomes: [String: Int] = [:]
        package var longest: Duration?
    }

    /// A missed slot.
    package struct Miss: Sendable {
        package var seq: Int64
        package var time: Instant
        package var secret: SecretKey
        package var slot: Instant?
        package var reason: String
        package var nextDue: Instant?
    }

    /// An entry with who and why: a decision, a change of a policy, trouble of the host.
    package struct Note: Sendable {
        package var seq: Int64
        package var time: Instant
        package var event: String
        package var secret: SecretKey?
        package var actor: Actor
        package var text: String
        /// Whether it lets values become older: a longer period or maximum age, or none.
        package var loosens = false
    }

    /// A time in which the daemon did not run.
    package struct Gap: Sendable, Hashable {
        package var start: Instant
        /// nil where it has not started again.
        package var end: Instant?
        /// Whether it stopped by itself; else `start` is the last sign of it.
        package var wasGraceful: Bool
    }

    /// Where a rotation's secrets stand, as a distribution.
    package struct AgeBand: Sendable {
        package var name: String
        package var count: Int
    }

    /// What was found of the audit log itself.
    package struct Verification: Sendable {
        /// No problem was found.
        package var isSound: Bool
        package var entries: Int64
        /// The number of the last entry that was archived, and so is in no figure; 0 for none.
        package var archived: Int64
        /// How many ends of rotations were compared with the entries that record them.
        package var rotations: Int64
        package var root: String?
        package var checkpoints: Int
        package var provenUpTo: Int64
        package var signaturesChecked: Bool
        /// The newest kept checkpoint, as its note says it.
        package var checkpoint: String?
        /// What is wrong, one line each.
        package var problems: [String]
        /// How many problems there are.
        package var problemCount: Int
        /// The verdict in one line.
        package var conclusion: String

        package init(
            isSound: Bool,
            entries: Int64,
            archived: Int64 = 0,
            rotations: Int64 = 0,
            root: String?,
            checkpoints: Int,
            provenUpTo: Int64,
            signaturesChecked: Bool,
            checkpoint: String?,
            problems: [String],
            conclusion: String
        ) {
            (self.isSound, self.entries, self.archived) = (isSound, entries, archived)
            (self.rotations, self.root, self.checkpoints) = (rotations, root, checkpoints)
            (self.provenUpTo, self.signaturesChecked, self.checkpoint) = (provenUpTo, signaturesChecked, checkpoint)
            (self.problems, problemCount, self.conclusion) = (Array(problems.prefix(50)), problems.count, conclusion)
        }
    }

    package var period: ReportPeriod
    package var madeAt: Instant
    package var producer: String
    package var head: HistoryHead?
    /// When the first entry that is kept was written, where others were archived: what only entries say is unknown before.
    package var keptSince: Instant?
    package var buckets: Buckets
    package var verification: Verification

    package var coverage: [Figure] = []
    package var rotations: [Figure] = []
    /// How often each error ended a rotation.
    package var errors: [(name: String, count: Int)] = []
    package var overdue: Figure
    package var ageBands: [AgeBand] = []
    /// How many secrets were overdue at each bucket's end.
    package var overdueByBucket: [Int] = []
    /// What happened in each bucket, of all secrets.
    package var allSecrets: [SecretFigures.Cell] = []

    package var standings: Capped<Standing>
    package var verdicts: [Verdict: Int] = [:]
    /// How many scheduled secrets have no written policy.
    package var withoutPolicy = 0
    package var timeline: Capped<TimelineRow>
    package var episodes: Capped<SecretFigures.Episode>
    /// The times to recover of all episodes that have ended, sorted.
    package var recoveries: [Duration] = []
    package var exceptions: Capped<Exception>
    package var exceptionCounts: [Exception.Kind: Int] = [:]
    package var missed: Capped<Miss>
    package var missedFigure: Figure
    package var emergencies: Capped<Emergency>
    package var emergencyFigure: Figure
    package var changes: Capped<Note>
    package var changesFigure: Figure
    package var decisions: Capped<Note>
    package var decisionsFigure: Figure
    package var incidents: Capped<Note>
    package var incidentsFigure: Figure
    package var gaps: Capped<Gap>
    package var gapFigure: Figure
    package var downtime: Duration = .zero
    /// Since when the history knows the daemon; nil for never.
    package var daemonKnownSince: Instant?
    package var entriesFigure: Figure
    package var events: [(event: String, count: Int64)] = []

    /// The share of the period, since the daemon is known, in which it ran; nil where it never did.
    package var uptime: Double? {
        guard let since = daemonKnownSince else { return nil }
        let whole = max(since, period.start).duration(to: period.end)
        return whole > .zero ? 1 - downtime / whole : nil
    }

    package var openEpisodes: Int { exceptionCounts[.failing] ?? 0 }
}
