package import Scheduling

/// One replacement of a value by one candidate, from claim to end.
package struct Rotation: Hashable, Sendable {
    package let id: RotationID
    package let secret: SecretName
    /// Why it was opened.
    package let trigger: Trigger
    /// The instant that its cadence named, where its trigger is one of the schedule's.
    package let slot: Instant?
    /// When it was opened.
    package let openedAt: Instant
    /// Its generator, as the schedule had it then.
    package let generator: GeneratorSpecification
    /// Sent with the value, if given.
    package let description: String?
    /// Sent with the value, if given.
    package let access: WorkspaceAccess?
    /// How long its generator's `finish` waits after success.
    package let finishAfter: Duration
    /// Whether it must be confirmed even with `confirm: false`, because the previous rotation's outcome is ambiguous.
    package let mustConfirm: Bool
    /// The keyed fingerprint of its candidate, once that is staged.
    package var fingerprint: [UInt8]?
    /// Its state.
    package var state: RotationState

    package init(
        id: RotationID,
        secret: SecretName,
        trigger: Trigger,
        slot: Instant?,
        openedAt: Instant,
        generator: GeneratorSpecification,
        description: String?,
        access: WorkspaceAccess?,
        finishAfter: Duration,
        mustConfirm: Bool = false,
        fingerprint: [UInt8]? = nil,
        state: RotationState = RotationState()
    ) {
        self.id = id
        self.secret = secret
        self.trigger = trigger
        self.slot = slot
        self.openedAt = openedAt
        self.generator = generator
        self.description = description
        self.access = access
        self.finishAfter = finishAfter
        self.mustConfirm = mustConfirm
        self.fingerprint = fingerprint
        self.state = state
    }

    /// Opens a rotation of a schedule.
    package init(opening schedule: Schedule, id: RotationID, trigger: Trigger, now: Instant, mustConfirm: Bool = false)
    {
        self.init(
            id: id,
            secret: schedule.secret,
            trigger: trigger,
            slot: trigger.isScheduled ? schedule.slot : nil,
            openedAt: now,
            generator: schedule.definition.generator,
            description: schedule.definition.description,
            access: schedule.definition.access,
            finishAfter: schedule.definition.finishAfter,
            mustConfirm: mustConfirm,
            state: RotationState(seen: schedule.seenUpdates)
        )
    }
}

extension Trigger {
    /// Whether the clock opened the rotation, not a person.
    package var isScheduled: Bool {
        self == .schedule || self == .catchUp
    }
}

/// How a rotation ended; it does so once.
package enum Ending: Hashable, Sendable {
    /// The hub has the candidate; `confirmed` if its list showed the update.
    case succeeded(confirmed: Bool)
    /// The hub has the old value.
    case failed(Failure)
    /// A person ended it; with a decision, which value the hub has is known.
    case abandoned(Decision?)
}

/// Why a rotation failed: a class, and the HTTP status or the generator's step where there is one.
package struct Failure: Hashable, Sendable {
    /// A class of ``HubError/Kind``, or one of the generator's: `generator`, `unusable_value`,
    /// `repeated_value`, `candidate_lost`, `policy_changed`, `unknown_update`, `withdrawal`.
    package var kind: String
    /// The HTTP status.
    package var status: Int?
    /// The generator's step that failed.
    package var step: StepFailure?

    package init(kind: String, status: Int? = nil, step: StepFailure? = nil) {
        self.kind = kind
        self.status = status
        self.step = step
    }

    /// The failure with the step that it came from.
    package func during(_ step: StepFailure) -> Failure {
        Failure(kind: kind, status: status, step: step)
    }

    /// What failed, for people: `generator: install exited with 3 (no_such_role)`.
    package var text: String { step.map { "\(kind): \($0.text)" } ?? kind }

    /// The generator can't work.
    package static let generator = Failure(kind: "generator")
    /// The generator's value is unusable.
    package static let unusableValue = Failure(kind: "unusable_value")
    /// The generator has repeated the value in force several times.
    package static let repeatedValue = Failure(kind: "repeated_value")
    /// The history may be an older copy, and the hub shows an update that it does not know: a newer value may be in force.
    package static let unknownUpdate = Failure(kind: "unknown_update")
    /// The candidate can no longer be read, and nothing was sent.
    package static let candidateLost = Failure(kind: "candidate_lost")
    /// The generator could not put the old credential back.
    package static let withdrawal = Failure(kind: "withdrawal")
    /// The hub has answered 2xx, but no list shows an effect.
    package static let unconfirmed = Failure(kind: HubError.Kind.unconfirmed.rawValue)
    /// The schedule's generator has changed, and nothing was sent.
    package static let policyChanged = Failure(kind: "policy_changed")

    /// Whether another rotation replaces it at once: nothing was sent, so this is no failure.
    package var isReplaced: Bool { self == .candidateLost || self == .policyChanged }
}

/// One PATCH of a rotation.
package struct Attempt: Hashable, Sendable {
    /// Counted from 1 within its rotation.
    package var number: Int
    package var startedAt: Instant
    /// The end; nil while it is in flight, and permanently after a crash.
    package var endedAt: Instant?
    /// How it ended; nil while it is under way.
    package var outcome: Outcome?

    package init(number: Int, startedAt: Instant, endedAt: Instant? = nil, outcome: Outcome? = nil) {
        self.number = number
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outcome = outcome
    }

    /// How an attempt ended.
    package enum Outcome: Hashable, Sendable {
        /// The hub answered 2xx.
        case delivered(Receipt)
        /// It has failed; the error says whether the hub may hold the value anyway.
        case failed(HubError)
        /// The daemon crashed before its end.
        case unknown
        /// The hub answered 2xx, and its list did not show an effect within the hub's `confirm_timeout`.
        case unconfirmed
    }
}

extension HubError: Hashable {
    package func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(status)
        hasher.combine(requestID)
    }
}

/// A demand to rotate a secret now.
package struct RotationRequest: Hashable, Sendable {
    package var id: RotationID
    package var secret: SecretName
    package var requestedAt: Instant
    /// `rotate_now` or `signal`.
    package var trigger: Trigger
    package var reason: String?
    package var ticket: String?
    /// Whether it does not join an open rotation, but waits for another one.
    package var fresh: Bool
    /// Why the hold of an earlier rotation, whose value may still arrive, does not count; nil where it does.
    package var despiteHold: String?

    package init(
        id: RotationID,
        secret: SecretName,
        requestedAt: Instant,
        trigger: Trigger,
        reason: String? = nil,
        ticket: String? = nil,
        fresh: Bool = false,
        despiteHold: String? = nil
    ) {
        self.id = id
        self.secret = secret
        self.requestedAt = requestedAt
        self.trigger = trigger
        self.reason = reason
        self.ticket = ticket
        self.fresh = fresh
        self.despiteHold = despiteHold
    }
}
