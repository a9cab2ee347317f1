import RotationCore
import Scheduling

/// A phase, spread over columns; only sound combinations can be read back.
struct PhaseColumns {
    var phase: String
    var isAttemptUnderWay = false
    var confirmBy: Instant?
    var error: String?
    var errorStatus: Int?
    var isConfirmed: Bool?
    var decision: String?
    /// Of the generator's step that failed.
    var step = StepColumns()

    init(
        phase: String,
        isAttemptUnderWay: Bool,
        confirmBy: Instant?,
        error: String?,
        errorStatus: Int?,
        isConfirmed: Bool?,
        decision: String?,
        step: StepColumns
    ) {
        self.step = step
        self.phase = phase
        self.isAttemptUnderWay = isAttemptUnderWay
        self.confirmBy = confirmBy
        self.error = error
        self.errorStatus = errorStatus
        self.isConfirmed = isConfirmed
        self.decision = decision
    }

    init(_ phase: RotationState.Phase) {
        self.phase = RotationState(phase: phase, tally: .init(), wakeAt: nil).phaseName
        switch phase {
        case .claimed, .generated, .staged, .installed, .tested, .closed: break
        case .delivering(let progress): isAttemptUnderWay = progress == .underWay
        case .delivered(let confirmBy): self.confirmBy = confirmBy
        case .succeeded(let confirmed), .finished(let confirmed): isConfirmed = confirmed
        case .finishHeld: isConfirmed = false
        case .finishFailed(let confirmed, let failure):
            isConfirmed = confirmed
            set(failure)
        case .withdrawing(let failure), .failed(let failure), .parked(let failure): set(failure)
        case .abandoning(let decision, let failure):
            set(failure)
            self.decision = decision.rawValue
        case .abandoned(let decision): self.decision = decision?.rawValue
        }
    }

    private mutating func set(_ failure: Failure) {
        error = failure.kind
        errorStatus = failure.status
        step = StepColumns(failure.step)
    }

    /// What it failed for, or is parked for; nil for nothing.
    var failure: Failure? {
        guard let error else { return nil }
        return Failure(kind: error, status: errorStatus, step: step.failure)
    }

    /// The phase; nil where the columns do not fit together.
    var decoded: RotationState.Phase? {
        guard step.isSound else { return nil }
        let failure = failure
        return switch phase {
        case "claimed": .claimed
        case "staged": .staged
        case "installed": .installed
        case "tested": .tested
        case "delivering": .delivering(attempt: isAttemptUnderWay ? .underWay : .ended)
        case "delivered": confirmBy.map { .delivered(confirmBy: $0) }
        case "succeeded": isConfirmed.map { .succeeded(confirmed: $0) }
        case "finish_held": .finishHeld
        case "finish_failed":
            isConfirmed.flatMap { isConfirmed in failure.map { .finishFailed(confirmed: isConfirmed, $0) } }
        case "finished": isConfirmed.map { .finished(confirmed: $0) }
        case "withdrawing": failure.map { .withdrawing($0) }
        case "failed": failure.map { .failed($0) }
        case "parked": failure.map { .parked($0) }
        case "abandoning":
            decision.flatMap(Decision.init).flatMap { decision in
                failure.map { .abandoning(decision, $0) }
            }
        case "abandoned": .abandoned(decision.flatMap(Decision.init))
        case "closed": .closed
        default: nil
        }
    }
}

/// What lists have shown, spread over columns.
struct EvidenceColumns {
    var source: String?
    /// Numbers, separated by commas.
    var seen: String?
    var mustRecheck: Bool

    init(source: String?, seen: String?, mustRecheck: Bool) {
        self.mustRecheck = mustRecheck
        self.source = source
        self.seen = seen
    }

    init(_ evidence: UpdateEvidence) {
        source = evidence.source?.rawValue
        seen = Self.text(evidence.seen)
        mustRecheck = evidence.mustRecheck
    }

    /// Numbers as a column has them; nil for none.
    static func text(_ seen: [Int64]) -> String? {
        seen.isEmpty ? nil : seen.map(String.init).joined(separator: ",")
    }

    /// The numbers of a column; nil where it holds anything else.
    static func numbers(_ text: String?) -> [Int64]? {
        guard let text else { return [] }
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = words.compactMap { Int64($0) }
        return numbers.count == words.count ? numbers : nil
    }

    /// The evidence; nil where the columns hold something else.
    var decoded: UpdateEvidence? {
        guard let seen = Self.numbers(seen) else { return nil }
        guard let source else { return UpdateEvidence(seen: seen, mustRecheck: mustRecheck) }
        return UpdateEvidence.Source(rawValue: source).map {
            UpdateEvidence(source: $0, seen: seen, mustRecheck: mustRecheck)
        }
    }
}

/// How a generator's step failed, spread over columns.
struct StepColumns: Hashable {
    var step: String?
    var cause: String?
    var number: Int64?
    var reason: String?

    init(step: String? = nil, cause: String? = nil, number: Int64? = nil, reason: String? = nil) {
        self.step = step
        self.cause = cause
        self.number = number
        self.reason = reason
    }

    init(_ failure: StepFailure?) {
        step = failure?.step.rawValue
        cause = failure?.cause.name
        number = failure?.cause.number
        reason = failure?.reason
    }

    /// The failure; nil for none, and where the columns do not fit together.
    var failure: StepFailure? {
        guard let step = step.flatMap(StepFailure.Step.init),
            let cause = cause.flatMap({ StepFailure.Cause(name: $0, number: number) })
        else { return nil }
        return StepFailure(step, cause, reason: reason)
    }

    /// Whether the columns fit together.
    var isSound: Bool { StepColumns(failure) == self }
}

/// An attempt's end, spread over columns.
struct AttemptColumns {
    var outcome: String?
    var error: String?
    var status: Int?
    var requestID: String?

    init(_ outcome: Attempt.Outcome?) {
        switch outcome {
        case nil: break
        case .delivered(let receipt):
            self.outcome = "delivered"
            status = receipt.status
            requestID = receipt.requestID
        case .failed(let error):
            self.outcome = error.effect == .unknown ? "ambiguous" : "refused"
            self.error = error.kind.rawValue
            status = error.status
            requestID = error.requestID
        case .unknown:
            self.outcome = "unknown"
        case .unconfirmed:
            self.outcome = "ambiguous"
            error = HubError.Kind.unconfirmed.rawValue
        }
    }
}
