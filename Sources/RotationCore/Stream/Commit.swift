package import Scheduling

/// The changes of one commit of the history: an element of the ``CommitStream``.
package struct Commit: Hashable, Sendable {
    /// Its position in the stream: consecutive numbers, which continue over restarts of the daemon.
    package var number: Int64
    /// The changes.
    package var changes: Changes

    package init(number: Int64, changes: Changes) {
        (self.number, self.changes) = (number, changes)
    }

    /// The changes of a commit, in the order of writing.
    package struct Changes: Hashable, Sendable {
        /// The present progress of rotations that were opened or have changed.
        package var rotations: [RotationProgress] = []
        /// The changes of requests.
        package var requests: [RequestChange] = []
        /// The secrets whose schedules were added, changed or removed, or whose due, hold or list instants have moved.
        package var schedules: [SecretName] = []
        /// Hubs whose status or other data has changed.
        package var hubs: [String] = []
        /// The entries of the audit log.
        package var entries: [Entry] = []
        /// Whether a checkpoint of the log was signed, or cosigned by a witness.
        package var hasCheckpoint = false
        /// Whether other rows were changed, too: then a subscriber must read again.
        package var isWide = false

        package init() {}

        /// Whether there are no changes.
        package var isEmpty: Bool { self == Changes() }
    }

    /// An entry of the audit log.
    package struct Entry: Hashable, Sendable {
        /// Its number in the log.
        package var seq: Int64
        /// Its text, without a newline.
        package var line: String

        package init(seq: Int64, line: String) {
            (self.seq, self.line) = (seq, line)
        }
    }

    /// A change of requests for a secret.
    package enum RequestChange: Hashable, Sendable {
        /// A new request; it has joined a rotation, or waits.
        case added(RotationID, SecretName, joined: RotationID?)
        /// All waiting requests for the secret are served by a rotation.
        case served(SecretName, by: RotationID)
        /// The requests for the secret that a rotation was to serve wait again.
        case released(SecretName, by: RotationID)
        /// All waiting requests for the secret were removed.
        case dropped(SecretName)
    }
}

/// The progress of a rotation, for users that wait for it.
package struct RotationProgress: Hashable, Sendable {
    package var id: RotationID
    package var secret: SecretName
    /// The phase's name.
    package var phase: String
    /// The number of attempts so far.
    package var attempts: Int
    /// The instant of the next try; nil for now, and once it has ended.
    package var nextTry: Instant?
    /// The outcome; nil while it is open.
    package var outcome: Outcome?
    /// The reason for which it failed or is parked.
    package var failure: Failure?
    /// Whether it has succeeded, but its old credential is not retired.
    package var isUnfinished: Bool
    /// Whether it waits for a person.
    package var isParked: Bool
    /// Whether nothing is left to do.
    package var isClosed: Bool

    /// The outcome of a rotation.
    package enum Outcome: String, Hashable, Sendable, Codable, CaseIterable {
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
    ///   - outcome: The stored outcome; nil while it is open.
    ///   - failure: The stored reason for which it failed or is parked.
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
