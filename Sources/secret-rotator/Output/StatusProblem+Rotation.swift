import RotationCore
import RotationStore
import Scheduling

extension StatusProblem {
    /// The time after which an open rotation is a problem.
    private static let slowness = Duration.seconds(120)

    /// The problem of an open rotation; nil if there is none.
    static func about(rotation stored: StoredRotation, _ history: History, now: Instant) throws -> StatusProblem? {
        let rotation = stored.rotation
        let state = rotation.state
        let next = state.wakeAt.map { ", next try \($0.short)" } ?? ""
        switch state.phase {
        case .parked(let failure):
            return StatusProblem(
                kind: .rotationParked,
                subject: "\(rotation.secret)",
                since: rotation.openedAt,
                text: "rotation \(rotation.id) is parked: \(failure.text)",
                advice: advice(parked: failure, rotation)
            )
        case .finishHeld: return held(stored)
        case .finishFailed(_, let failure): return unfinished(stored, failure.text + next)
        case .succeeded where state.tally.failures > 0 || state.tally.cycles > 0:
            let failure = state.tally.deferred?.text ?? "finish has not succeeded yet"
            return unfinished(stored, failure + next)
        case .abandoning(let decision, _):
            guard rotation.openedAt.advanced(by: slowness) < now else { return nil }
            let text =
                "decided (--\(decision.rawValue)), but its generator's \(decision.step.rawValue) has not succeeded yet"
            return StatusProblem(
                kind: .rotationSlow,
                subject: "\(rotation.secret)",
                since: rotation.openedAt,
                text: text + (state.tally.deferred.map { ", last error \($0.text)" } ?? "") + next,
                advice: "it is retried by itself; see rotation show \(rotation.id), or, once repaired by hand: "
                    + "rotation abandon \(rotation.id) --replace-decision --reason …"
            )
        default: return try slow(stored, history, next: next, now: now)
        }
    }

    private static func held(_ stored: StoredRotation) -> StatusProblem {
        let id = stored.rotation.id
        return StatusProblem(
            kind: .finishHeld,
            subject: "\(stored.rotation.secret)",
            since: stored.endedAt,
            text: "the hub accepted the new value, but no list can confirm it: the old credential is not retired",
            advice: "if the new value works: rotation abandon \(id) --keep --reason …; if not: rotation abandon \(id) "
                + "--reason …, then rotate-now \(stored.rotation.secret)"
        )
    }

    /// The advice for a parked rotation.
    private static func advice(parked failure: Failure, _ rotation: Rotation) -> String {
        if failure.kind == Failure.withdrawal.kind {
            return
                "repair the plug-in, then: rotation abandon \(rotation.id) --withdraw --reason …; or put the old credential "
                + "back by hand, then: rotation abandon \(rotation.id) --reason …"
        }
        let decision = rotation.state.needsDecision(steps: rotation.generator.steps) ? " --keep|--withdraw" : ""
        return "find out which value works, then: rotation abandon \(rotation.id)\(decision) --reason …"
    }

    private static func unfinished(_ stored: StoredRotation, _ text: String) -> StatusProblem {
        let id = stored.rotation.id
        return StatusProblem(
            kind: .finishFailed,
            subject: "\(stored.rotation.secret)",
            since: stored.endedAt,
            text: "the old credential may still be valid: \(text)",
            advice: "it is retried by itself; or retire it by hand, then: rotation abandon \(id) --reason …"
        )
    }

    /// The problem of a rotation that takes long, or has no confirmed effect after a full cycle of attempts.
    private static func slow(
        _ stored: StoredRotation,
        _ history: History,
        next: String,
        now: Instant
    ) throws -> StatusProblem? {
        let rotation = stored.rotation
        let tally = rotation.state.tally
        guard stored.endedAt == nil, tally.isStuck || rotation.openedAt.advanced(by: slowness) < now else { return nil }
        let last = try rotation.state.tally.deferred?.text ?? history.lastError(of: rotation.id)
        let error = last.map { ", last error \($0)" } ?? ""
        let times = Wording.times(tally.attempts)
        let decision = rotation.state.needsDecision(steps: rotation.generator.steps) ? " --keep|--withdraw" : ""
        let abandon = "rotation abandon \(rotation.id)\(decision) --reason …"
        return StatusProblem(
            kind: tally.isStuck ? .rotationUnconfirmed : .rotationSlow,
            subject: "\(rotation.secret)",
            since: rotation.openedAt,
            text: tally.isStuck
                ? "the value was sent \(times), but no effect is confirmed\(error)\(next)"
                : "still rotating, tried \(times)\(error)\(next)",
            advice: tally.isStuck
                ? "it is sent again by itself; or find out which value works, then: \(abandon)"
                : "see rotation show \(rotation.id); it continues by itself"
        )
    }
}
