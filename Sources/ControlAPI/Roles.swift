import Glibc

/// What a caller may do.
package enum Right: String, Hashable, Sendable {
    /// Request rotations, pause and resume schedules, resume hubs, see what a hub lists.
    case operate
    /// Change schedules and secrets.
    case edit
}

/// Who has which right; root and the daemon's own user have all of them.
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

    /// Who may request, pause and resume; nil for everybody who can open the socket.
    package var operators: Members?
    /// Who may change schedules and secrets too.
    package var editors: Members

    package init(operators: Members? = nil, editors: Members = Members()) {
        self.operators = operators
        self.editors = editors
    }

    /// Whether a caller may do something.
    ///
    /// An editor may do what an operator may.
    package func allow(_ caller: Caller, _ right: Right) -> Bool {
        if caller.uid == 0 || caller.uid == geteuid() || editors.contains(caller) { return true }
        switch right {
        case .edit: return false
        case .operate: return operators?.contains(caller) ?? true
        }
    }
}
