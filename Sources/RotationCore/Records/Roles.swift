/// Who has which right; root has all of them, and the daemon's own user too, unless plug-ins run as that.
package struct Roles: Hashable, Sendable {
    /// The members of a role: users and groups, by ID.
    package struct Members: Hashable, Sendable {
        package var users: Set<UInt32>
        package var groups: Set<UInt32>

        package init(users: Set<UInt32> = [], groups: Set<UInt32> = []) {
            self.users = users
            self.groups = groups
        }
    }

    /// Operators, who may request, pause and resume; nil for the daemon's group.
    package var operators: Members?
    /// Editors, who may also change schedules and secrets.
    package var editors: Members
    /// Auditors, who may see the daemon's health.
    package var auditors: Members
    /// The users as which plug-ins run.
    ///
    /// They have no rights, whatever their roles are, because a plug-in could connect.
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
}
