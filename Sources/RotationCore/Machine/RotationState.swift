package import Scheduling

/// Where a rotation stands: a pure state machine.
///
/// ``nextAction(plan:now:)`` returns the next action; the caller performs it and reports the result with
/// ``handle(_:plan:now:fraction:)``. No clock, no I/O and no randomness live in here, and each state that is reached is
/// persisted before its action is begun, so that a rotation can be taken up after a crash from what was stored.
package struct RotationState: Hashable, Sendable {
    /// The phase.
    package internal(set) var phase: Phase
    /// The counts of attempts, failures and cycles.
    package internal(set) var tally: Tally
    /// The evidence from the hub's lists, kept for the whole life of the rotation.
    package internal(set) var evidence: UpdateEvidence
    /// The instant of the next action; nil for now.
    package internal(set) var wakeAt: Instant?

    /// Creates the state of a newly claimed rotation.
    ///
    /// - Parameter seen: Values of `updated_at` that earlier rotations of the secret have seen.
    package init(seen: [Int64] = []) {
        self.init(phase: .claimed, tally: Tally(), evidence: UpdateEvidence(seen: seen), wakeAt: nil)
    }

    /// Creates a stored state.
    package init(phase: Phase, tally: Tally, evidence: UpdateEvidence = UpdateEvidence(), wakeAt: Instant?) {
        self.phase = phase
        self.tally = tally
        self.evidence = evidence
        self.wakeAt = wakeAt
    }

    /// The phase of a rotation.
    ///
    /// ``Phase/generated`` is in memory only: a candidate counts from `staged` on.
    package enum Phase: Hashable, Sendable {
        /// Opened; there is no candidate yet.
        case claimed
        /// A value is generated, in memory.
        case generated
        /// The sealed candidate is on disk.
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
        /// Success is recorded, and `finish` has failed and is retried: the old credential may still be valid.
        case finishFailed(confirmed: Bool, Failure)
        /// The generator has retired the old credential, or has nothing to retire.
        case finished(confirmed: Bool)
        /// The generator must put the old credential back, then the rotation fails.
        case withdrawing(Failure)
        /// Failure is recorded.
        case failed(Failure)
        /// The generator carries out a person's decision, then the rotation is abandoned; if that fails, it is parked
        /// again with this failure.
        case abandoning(Decision, Failure)
        /// A person has ended it.
        case abandoned(Decision?)
        /// The rotation can neither continue nor be withdrawn by itself: a person must decide.
        case parked(Failure)
        /// The candidate is erased: nothing is left to do.
        case closed
    }

    /// Whether the last recorded attempt has an end.
    package enum AttemptProgress: Hashable, Sendable {
        case underWay
        case ended
    }

    /// The counts that decide about back-off, withdrawal and failure.
    package struct Tally: Hashable, Sendable {
        /// Attempts recorded so far.
        package var attempts = 0
        /// Failures since the cycle or the phase began.
        package var failures = 0
        /// Cycles that have failed.
        package var cycles = 0
        /// Lists since the last 2xx that did not show the update.
        package var confirmations = 0
        /// Attempts that were answered with 2xx but had no confirmed effect.
        package var unconfirmed = 0
        /// Whether a full cycle of attempts had no confirmed effect: a person may decide.
        package var isStuck = false
        /// Generated values that equal the one in force.
        package var repetitions = 0
        /// Whether an attempt had an unknown effect.
        package var isAmbiguous = false
        /// Whether `install` was ever begun.
        package var isInstallBegun = false
        /// Why the generator's present step must be repeated.
        package var deferred: StepFailure?
        /// The end of the last `Retry-After`: no attempt before this instant, not even for a request.
        package var floor: Instant?
        /// Whether a request has brought the next try forward.
        package var isHurried = false
        /// The earliest instant to which a request can bring the next try forward, after a failed try that was brought
        /// forward.
        package var hurryFloor: Instant?

        package init() {}
    }
}

/// What is fixed about a rotation while it runs: policy, not progress.
package struct RotationPlan: Hashable, Sendable {
    /// Back-off.
    package var retry: RetryPolicy
    /// Whether the secret is listed before and after delivery.
    package var confirm: Bool
    /// The generator's steps.
    package var steps: Set<GeneratorStep>
    /// How long `finish` waits after success.
    package var finishAfter: Duration
    /// How long a hub's list may take to show an update that was answered 2xx.
    package var confirmTimeout: Duration
    /// How long the value of an ambiguous attempt may still arrive after it.
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

    /// How often a generator may repeat the value in force.
    static let repetitionLimit = 3
    /// The wait while another process's read transaction keeps an erased candidate's bytes in a file.
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
    /// Run a step of the generator.
    case perform(GeneratorStep)
    /// Record an attempt, and send it.
    case attempt(number: Int)
    /// Record the last attempt, which has no end, as unknown.
    case reportLostAttempt
    /// List the secret: was it updated since the history was written?
    case recheck
    /// List the secret: was it updated?
    case confirm
    /// Erase candidate and state.
    case erase
    /// Wait until the instant.
    case wait(until: Instant)
    /// Wait for a person's decision.
    case park
    /// Nothing: the rotation is closed.
    case done
}

/// What has happened to a rotation.
package enum RotationEvent: Hashable, Sendable {
    case generated
    /// The generated value equals the one in force.
    case repeatedValue
    case staged
    /// A list shows the secret; the instant is by the hub's clock. `isForeign`: the last update is known to be another
    /// user's.
    case listed(updatedAt: Int64?, isForeign: Bool = false)
    /// A list does not show the secret.
    case notListed
    case listFailed(HubError)
    /// A step begins; recorded before it has an effect.
    case stepStarted(GeneratorStep)
    case stepDone(GeneratorStep)
    /// A step or `generate` has failed.
    case generatorFailed(GeneratorError)
    case attemptStarted
    case attemptEnded(Attempt.Outcome)
    /// The sealed candidate is missing or can't be unsealed.
    case candidateLost
    /// A candidate that could not be unsealed can be unsealed again.
    case candidateFound
    /// The schedule's generator has changed.
    case policyChanged
    /// A person stops an update that is sent repeatedly.
    case stopped
    /// A person ends the rotation; without a decision the credentials are not changed.
    case abandoned(Decision?)
    case erased
    /// The candidate is deleted, but another process's read transaction keeps its bytes in a file.
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
