package import Scheduling

/// What one commit of the history has changed: an element of the ``CommitStream``.
package struct Commit: Hashable, Sendable {
    /// Its place in the stream: each commit's number is one more than that of the one before it, over all lives of the daemon.
    package var number: Int64
    /// What it has changed.
    package var changes: Changes

    package init(number: Int64, changes: Changes) {
        (self.number, self.changes) = (number, changes)
    }

    /// What a commit has changed, in the order in which it was written.
    package struct Changes: Hashable, Sendable {
        /// Rotations that were opened or have moved on, as they are now.
        package var rotations: [RotationProgress] = []
        /// What has become of requests.
        package var requests: [RequestChange] = []
        /// The secrets whose schedules were added, changed or removed, or are due, held or looked at at another instant.
        package var schedules: [SecretName] = []
        /// Hubs whose status is another one, or of which something was learned.
        package var hubs: [String] = []
        /// The entries of the audit log.
        package var entries: [Entry] = []
        /// Whether rows were changed that are not named here: a subscriber reads again.
        package var isWide = false

        package init() {}

        /// Whether nothing was changed.
        package var isEmpty: Bool { self == Changes() }
    }

    /// An entry of the audit log.
    package struct Entry: Hashable, Sendable {
        /// Its place in the log.
        package var seq: Int64
        /// Its text, without a newline.
        package var line: String

        package init(seq: Int64, line: String) {
            (self.seq, self.line) = (seq, line)
        }
    }

    /// What has become of requests for a secret.
    package enum RequestChange: Hashable, Sendable {
        /// A new request; it has joined a rotation, or waits.
        case added(RotationID, SecretName, joined: RotationID?)
        /// All that waited for the secret are served by a rotation.
        case served(SecretName, by: RotationID)
        /// Those that a rotation was to serve wait again.
        case released(RotationID)
        /// All that waited for the secret were removed.
        case dropped(SecretName)
    }
}

/// How far a rotation has come: what people who wait for it are shown.
package struct RotationProgress: Hashable, Sendable {
    package var id: RotationID
    package var secret: SecretName
    /// The phase's name.
    package var phase: String
    /// Attempts so far.
    package var attempts: Int
    /// When the next try is; nil for now, and once it has ended.
    package var nextTry: Instant?
    /// How it ended; nil while it is under way.
    package var outcome: Outcome?
    /// What it failed for, or is parked for.
    package var failure: Failure?
    /// Whether it has succeeded, and its old credential is not retired.
    package var isUnfinished: Bool
    /// Whether it waits for a person.
    package var isParked: Bool
    /// Whether nothing is left to do.
    package var isClosed: Bool

    /// How a rotation ended.
    package enum Outcome: String, Hashable, Sendable, Codable {
        case succeeded, failed, abandoned

        package init(_ ending: Ending) {
            self =
                switch ending {
                case .succeeded: .succeeded
                case .failed: .failed
                case .abandoned: .abandoned
                }
        }
    }

    /// - Parameters:
    ///   - outcome: How it ended, as it is stored; nil while it is under way.
    ///   - failure: What it failed for, or is parked for, as it is stored.
    package init(_ rotation: Rotation, outcome: Outcome?, failure: Failure?) {
        (id, secret, phase) = (rotation.id, rotation.secret, rotation.state.phaseName)
        attempts = rotation.state.tally.attempts
        nextTry = outcome == nil ? rotation.state.wakeAt : nil
        (self.outcome, self.failure) = (outcome, failure)
        isUnfinished = rotation.state.isFinishLeft
        isParked = if case .parked = rotation.state.phase { true } else { false }
        isClosed = rotation.state.phase == .closed
    }
}
