package import ControlAPI
import Glibc
package import RotationCore

extension Roles {
    /// Whether a caller has a right.
    ///
    /// Editors have all rights of operators.
    package func allow(_ caller: Caller, _ right: Right) -> Bool {
        if caller.uid == 0 { return true }
        if plugInUsers.contains(caller.uid) { return false }
        if caller.uid == geteuid() || editors.contains(caller) { return true }
        switch right {
        case .edit: return false
        case .operate: return operates(caller)
        case .look: return operates(caller) || auditors.contains(caller)
        case .ask: return true
        }
    }

    private func operates(_ caller: Caller) -> Bool { operatorsInForce.contains(caller) }

    /// The operators: the daemon's group, where none are named.
    var operatorsInForce: Members { operators ?? Members(groups: [getegid()]) }

    /// Why a caller is refused, and what to do.
    package func refusal(of caller: Caller, _ right: Right) -> String {
        let who = caller.name ?? "uid \(caller.uid)"
        guard plugInUsers.contains(caller.uid) else {
            return "\(who) may not do this: it needs the right to \(right.rawValue)"
        }
        return "\(who) may not do this: plug-ins run as that user, which therefore has no rights here; "
            + "run the command as root, or as a user or group of roles: in the configuration"
    }
}

extension Roles.Members {
    fileprivate func contains(_ caller: Caller) -> Bool {
        users.contains(caller.uid) || !groups.isDisjoint(with: caller.groups)
    }
}

extension Right {
    /// The right, as the history names it.
    var audited: Audit.AccessRefused.Right {
        switch self {
        case .ask: .ask
        case .look: .look
        case .operate: .operate
        case .edit: .edit
        }
    }
}
