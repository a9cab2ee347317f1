package import Scheduling

/// Where a rotation stands: a pure state machine.
///
/// ``nextAction(plan:now:)`` says what is to be done, somebody else does it and reports back with
/// ``handle(_:plan:now:fraction:)``. No clock, no I/O and no randomness live in here, and each state that is reached is
/// persisted before its action is begun, so that a rotation can be taken up after a crash from what was stored.
package struct RotationState: Hashable, Sendable {
    /// What the rotation has reached.
    package internal(set) var phase: Phase
    /// What was tried so far.
    package internal(set) var tally: Tally
    /// What the hub's lists have shown; kept for as long as the rotation lives, and never taken anew.
    package internal(set) var evidence: UpdateEvidence
    /// Nothing is to be done before this instant; nil for at once.
    package internal(set) var wakeAt: Instant?

    /// A rotation that was just claimed.
    ///
    /// - Parameter seen: Values of `updated_at` that earlier rotations of the secret have seen.
    package init(seen: [Int64] = []) {
        self.init(phase: .claimed, tally: Tally(), evidence: UpdateEvidence(seen: seen), wakeAt: nil)
    }

    /// A rotation as it was stored.
    package init(phase: Phase, tally: Tally, evidence: UpdateEvidence = UpdateEvidence(), wakeAt: Instant?) {
        self.phase = phase
        self.tally = tally
        self.evidence = evidence
        self.wakeAt = wakeAt
    }

    /// What a rotation has reached.
    ///
    /// ``Phase/generated`` is in memory only: a candidate counts from `staged` on.
    package enum Phase: Hashable, Sendable {
        /// Opened; there is no candidate yet.
        case claimed
        /// A value is in hand.
        case generated
        /// The sealed candidate is on the disk.
        case staged
        /// The generator has installed the candidate.
        case installed
        /// The generator has tested the candidate.
        case tested
        /// An attempt was recorded; the hub may hold either value.
        case delivering(attempt: AttemptProgress)
        /// The hub answered 2xx; its list must show the update before the instant.
        case delivered(confirmBy: Instant)
        /// Success is recorded; the generator's `finish` may be left to do.
        case succeeded(confirmed: Bool)
        /// Success is recorded, and `finish` waits for a person: the hub lists the secret, but no list can confirm the update.
        case finishHeld
        /// Success is recorded, and `finish` has failed: the old credential may still be valid. It is tried again.
        case finishFailed(confirmed: Bool, Failure)
        /// The generator has retired the old credential, or has nothing to retire.
        case finished(confirmed: Bool)
        /// It will fail once the generator has put the old credential back.
        case withdrawing(Failure)
        /// Failure is recorded.
        case failed(Failure)
        /// It will be abandoned once the generator has done what a person's decision asks for; should that fail, it is
        /// parked for this failure again.
        case abandoning(Decision, Failure)
        /// A person has ended it.
        case abandoned(Decision?)
        /// It can go neither on nor back by itself: a person must decide.
        case parked(Failure)
        /// The candidate is erased: nothing is left to do.
        case closed
    }

    /// Whether the last recorded attempt has an end.
    package enum AttemptProgress: Hashable, Sendable {
        case underWay
        case ended
    }

    /// Counts that decide about back-off, withdrawal and giving up.
    package struct Tally: Hashable, Sendable {
        /// Attempts recorded so far.
        package var attempts = 0
        /// Failures since the cycle or the phase began.
        package var failures = 0
        /// Cycles that have failed.
        package var cycles = 0
        /// Lists that did not show the update yet, since the last 2xx.
        package var confirmations = 0
        /// Attempts that were answered 2xx and had no confirmed effect.
        package var unconfirmed = 0
        /// Whether a full cycle of attempts had no confirmed effect: a person may decide.
        package var isStuck = false
        /// Values that were the same as the one in force.
        package var repetitions = 0
        /// Whether an attempt had an unknown effect.
        package var isAmbiguous = false
        /// Whether `install` was ever begun.
        package var isInstallBegun = false
        /// Why the generator's step that is under way must be repeated.
        package var deferred: StepFailure?
        /// What the hub asked for last: no attempt before this instant, whoever asks.
        package var floor: Instant?
        /// Whether a request has brought the next try forward.
        package var isHurried = false
        /// No request brings the next try forward to before this instant: the last try that was brought forward has
        /// failed.
        package var hurryFloor: Instant?

        package init() {}
    }
}

/// What is fixed about a rotation while it runs: policy, not progress.
package struct RotationPlan: Hashable, Sendable {
    /// Back-off.
    package var retry: RetryPolicy
    /// Whether the hub is asked to list before and after.
    package var confirm: Bool
    /// The generator's steps.
    package var steps: Set<GeneratorStep>
    /// How long `finish` waits after success.
    package var finishAfter: Duration
    /// How long a hub's list may take to show an update that was answered 2xx.
    package var confirmTimeout: Duration
    /// How long after an attempt of unknown effect its value may still arrive.
    package var lateHold: Duration

    package init(
        retry: RetryPolicy,
        confirm: Bool,
        steps: Set<GeneratorStep> = [],
        finishAfter: Duration = .zero,
        confirmTimeout: Duration = .seconds(30),
        lateHold: Duration = .zero
    ) {
        self.confirmTimeout = confirmTimeout
        self.lateHold = lateHold
        self.retry = retry
        self.confirm = confirm
        self.steps = steps
        self.finishAfter = finishAfter
    }

    /// How often a generator may make the value that is in force already.
    static let repetitionLimit = 3
    /// How long to wait where somebody keeps an erased candidate's bytes in a file.
    static let erasePause = Duration.seconds(5)
}

/// What is to be done next.
package enum RotationAction: Hashable, Sendable {
    /// Ask the generator for a value.
    case generate
    /// Seal the value and commit it.
    case stage
    /// List the secret: it exists, and when was it updated?
    case preflight
    /// Have the generator do a step.
    case perform(GeneratorStep)
    /// Record an attempt, and send it.
    case attempt(number: Int)
    /// The last attempt has no end: it is unknown.
    case reportLostAttempt
    /// List the secret: was it updated since the history was written?
    case recheck
    /// List the secret: was it updated?
    case confirm
    /// Erase candidate and state.
    case erase
    /// Do nothing until the instant.
    case wait(until: Instant)
    /// Nothing, until a person decides.
    case park
    /// Nothing any more.
    case done
}

/// What has happened to a rotation.
package enum RotationEvent: Hashable, Sendable {
    case generated
    /// The value is the one that is in force already.
    case repeatedValue
    case staged
    /// A list shows the secret; the instant is by the hub's clock. The last update is known to be another user's where
    /// `isForeign`.
    case listed(updatedAt: Int64?, isForeign: Bool = false)
    /// A list does not show the secret.
    case notListed
    case listFailed(HubError)
    /// A step is about to be begun: recorded before it has an effect.
    case stepStarted(GeneratorStep)
    case stepDone(GeneratorStep)
    /// A step, or making a value, did not succeed.
    case generatorFailed(GeneratorError)
    case attemptStarted
    case attemptEnded(Attempt.Outcome)
    /// The sealed candidate is gone or can't be unsealed.
    case candidateLost
    /// A candidate that could not be unsealed can be again.
    case candidateFound
    /// The schedule has another generator by now.
    case policyChanged
    /// A person stops an update that is sent again and again.
    case stopped
    /// A person ends the rotation; without a decision nothing is done to the credentials.
    case abandoned(Decision?)
    case erased
    /// The candidate is deleted, but somebody's read transaction keeps its bytes in a file.
    case eraseBlocked
    /// A request has joined the rotation.
    case requested
    /// A person has lifted the hub's pause or suspension.
    case hubResumed
}

/// An event that a rotation's phase has no place for: a defect of the program.
package struct UnexpectedEvent: Error, CustomStringConvertible {
    package let phase: RotationState.Phase
    package let event: RotationEvent

    package init(phase: RotationState.Phase, event: RotationEvent) {
        (self.phase, self.event) = (phase, event)
    }

    package var description: String { "unexpected event \(event) in phase \(phase)" }
}
