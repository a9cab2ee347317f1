import AIHubClient
import RotationEngine

/// A phase, spread over columns; only sound combinations can be read back.
struct PhaseColumns {
    var phase: String
    var isPreflighted = false
    var baseline: Int64?
    var isAttemptUnderWay = false
    var error: String?
    var errorStatus: Int?
    var isConfirmed: Bool?
    var decision: String?

    init(
        phase: String,
        isPreflighted: Bool,
        baseline: Int64?,
        isAttemptUnderWay: Bool,
        error: String?,
        errorStatus: Int?,
        isConfirmed: Bool?,
        decision: String?
    ) {
        self.phase = phase
        self.isPreflighted = isPreflighted
        self.baseline = baseline
        self.isAttemptUnderWay = isAttemptUnderWay
        self.error = error
        self.errorStatus = errorStatus
        self.isConfirmed = isConfirmed
        self.decision = decision
    }

    init(_ phase: RotationState.Phase) {
        self.phase = RotationState(phase: phase, tally: .init(), wakeAt: nil).phaseName
        switch phase {
        case .claimed, .generated, .staged(nil), .closed: break
        case .staged(.some(let baseline)), .installed(let baseline), .tested(let baseline): set(baseline)
        case .delivering(let baseline, let progress):
            set(baseline)
            isAttemptUnderWay = progress == .underWay
        case .delivered(let updatedAt): set(.at(updatedAt))
        case .succeeded(let confirmed), .finished(let confirmed): isConfirmed = confirmed
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
    }

    private mutating func set(_ baseline: RotationState.Baseline) {
        isPreflighted = true
        if case .at(let updatedAt) = baseline { self.baseline = updatedAt }
    }

    /// The phase; nil where the columns do not fit together.
    var decoded: RotationState.Phase? {
        let known = baseline.map(RotationState.Baseline.at) ?? .unknown
        let failure = error.map { Failure(kind: $0, status: errorStatus) }
        return switch phase {
        case "claimed": .claimed
        case "staged": .staged(isPreflighted ? known : nil)
        case "installed": .installed(known)
        case "tested": .tested(known)
        case "delivering": .delivering(known, attempt: isAttemptUnderWay ? .underWay : .ended)
        case "delivered": baseline.map { .delivered(baseline: $0) }
        case "succeeded": isConfirmed.map { .succeeded(confirmed: $0) }
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
        }
    }
}
