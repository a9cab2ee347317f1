import Glibc

/// What a caller may do.
package enum Right: String, Hashable, Sendable {
    /// Ask whether the daemon runs, and whether anything keeps it from rotating: everybody but plug-ins.
    case ask
    /// See how the daemon's parts are.
    case look
    /// Request rotations, pause and resume schedules, resume hubs, see what a hub lists.
    case operate
    /// Change schedules and secrets.
    case edit
}

/// Who has which right; root has all of them, and the daemon's own user too, unless plug-ins run as that.
package struct Roles: Hashable, Sendable {
    /// Users and groups, by ID.
    package struct Members: Hashable, Sendable {
        package var users: Set<UInt32>
        package var groups: Set<UInt32>

        package init(users: Set<UInt32> = [], groups: Set<UInt32> = []) {
            self.users = users
            self.groups = groups
        }

        func contains(_ caller: Caller) -> Bool {
            users.contains(caller.uid) || !groups.isDisjoint(with: caller.groups)
        }
    }

    /// Who may request, pause and resume; nil for the daemon's group.
    package var operators: Members?
    /// Who may change schedules and secrets too.
    package var editors: Members
    /// Who may see how the daemon is.
    package var auditors: Members
    /// Users as whom plug-ins run: they have no right at all, whatever else is said of them, as a plug-in could connect.
    package var plugInUsers: Set<UInt32>

    package init(
        operators: Members? = nil,
        editors: Members = Members(),
        auditors: Members = Members(),
        plugInUsers: Set<UInt32> = []
    ) {
        self.auditors = auditors
        self.operators = operators
        self.editors = editors
        self.plugInUsers = plugInUsers
    }

    /// Whether a caller may do something.
    ///
    /// An editor may do what an operator may.
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

    private func operates(_ caller: Caller) -> Bool {
        operators?.contains(caller) ?? caller.groups.contains(getegid())
    }

    /// Why a caller may not do something, and what to do.
    package func refusal(of caller: Caller, _ right: Right) -> String {
        let who = caller.name ?? "uid \(caller.uid)"
        guard plugInUsers.contains(caller.uid) else {
            return "\(who) may not do this: it needs the right to \(right.rawValue)"
        }
        return "\(who) may not do this: plug-ins run as that user, so nobody who is it has any right here; "
            + "run the command as root, or as a user or group of roles: in the configuration"
    }
}
