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
}
