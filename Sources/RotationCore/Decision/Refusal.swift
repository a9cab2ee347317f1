package import Scheduling

/// Why a command's change was not made.
package enum Refusal: Error, Equatable, CustomStringConvertible {
    case noSchedule(SecretName)
    case scheduleExists(SecretName)
    case notPaused(SecretName)
    case conflict(SecretName, ScheduleDefinition.Conflict)
    case noRotation(RotationID)
    case notParked(RotationID)
    case decisionNeeded(RotationID)
    case decided(RotationID, Decision)
    case hasSucceeded(SecretName)
    case hubHasOldValue(RotationID)
    case attemptUnderWay(RotationID)
    case rotationIsOpen(SecretName, RotationID)
    case hasSchedule(SecretName)
    case held(SecretName, until: Instant, canBeOverridden: Bool = false)
    case hubSuspended(String, HubError.Kind)
    case hubPaused(String, until: Instant)
    case notBehind
    case onlyCandidateKept(RotationID)

    package var description: String {
        switch self {
        case .noSchedule(let secret):
            "no schedule for \(secret): see secret-rotator schedule list"
        case .scheduleExists(let secret):
            "\(secret) has a schedule already: remove it first"
        case .notPaused(let secret):
            "\(secret) is not paused"
        case .conflict(let secret, let conflict):
            "\(secret): \(conflict)"
        case .noRotation(let id):
            "there is no open rotation \(id): see secret-rotator rotation list --open"
        case .notParked(let id):
            "rotation \(id) is not parked: it goes on by itself"
        case .decisionNeeded(let id):
            "rotation \(id) has installed a credential: say which value the hub has, with --keep (the new one: the "
                + "old credential is retired) or --withdraw (the old one: it is put back)"
        case .decided(let id, let decision):
            "rotation \(id) is decided already: --\(decision.rawValue), and its generator's \(decision.step.rawValue) "
                + "is being done; to decide otherwise all the same, add --replace-decision"
        case .hasSucceeded(let secret):
            "\(secret): the rotation has succeeded and can't be withdrawn: rotate-now \(secret) replaces its value"
        case .hubHasOldValue(let id):
            "rotation \(id): the hub certainly has the old value, as nothing was sent or all was refused: --keep would "
                + "retire the credential that works"
        case .attemptUnderWay(let id):
            "rotation \(id): an attempt is under way; try again when it has ended"
        case .rotationIsOpen(let secret, let id):
            "\(secret): rotation \(id) is open, and a change by hand could undo it: wait for its end"
        case .hasSchedule(let secret):
            "\(secret) has a schedule, which would fail from now on: schedule remove \(secret) first"
        case .held(let secret, let until, let canBeOverridden):
            "\(secret): an earlier request may still be on its way; try again after \(until.rfc3339)"
                + (canBeOverridden ? ", or give --despite-hold REASON" : "")
        case .hubSuspended(let hub, let reason):
            "hub \(hub) is suspended (\(reason.rawValue)): see secret-rotator status"
        case .hubPaused(let hub, let until):
            "hub \(hub) asked us to stay away until \(until.rfc3339): see secret-rotator hub list"
        case .notBehind:
            "the history is the newest one: there is nothing to accept"
        case .onlyCandidateKept(let id):
            "the history does not know rotation \(id), and only its candidate is kept: to give that up, leave --keep, "
                + "--withdraw and --replace-decision out"
        }
    }
}
