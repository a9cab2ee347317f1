import RotationCore
import Scheduling
import Testing

/// Drives the state machine as the executor does: each event answers the action that the machine asked for.
struct MachineDriver {
    var state = RotationState()
    var plan: RotationPlan
    var now = Instant(milliseconds: 1_795_435_200_000)

    init(confirm: Bool = true, steps: Set<GeneratorStep> = [], retry: RetryPolicy = .standard) {
        plan = RotationPlan(retry: retry, confirm: confirm, steps: steps)
    }

    var action: RotationAction { state.nextAction(plan: plan, now: now) }

    /// Takes events in, each half-way through its back-off.
    mutating func take(_ events: RotationEvent...) throws {
        for event in events { try state.handle(event, plan: plan, now: now, fraction: 0.5) }
    }

    /// Moves the clock to where the machine wants to be woken.
    mutating func wake() throws {
        let wakeAt = try #require(state.wakeAt)
        #expect(action == .wait(until: wakeAt))
        now = wakeAt
    }

    /// Goes to the first attempt's end.
    mutating func reachAttempt() throws {
        try take(.generated, .staged)
        if plan.confirm { try take(.listed(updatedAt: 100)) }
        if plan.steps.contains(.install) { try take(.stepStarted(.install), .stepDone(.install)) }
        if plan.steps.contains(.test) { try take(.stepStarted(.test), .stepDone(.test)) }
        try take(.attemptStarted)
    }

    static let receipt = Attempt.Outcome.delivered(Receipt(status: 200))
    static func failed(_ kind: HubError.Kind, retryAfter: Duration? = nil) -> RotationEvent {
        .attemptEnded(.failed(HubError(kind, retryAfter: retryAfter)))
    }
}
