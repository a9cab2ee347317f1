/// The user as which plug-ins run, if it is not the daemon's own: `generators.user`.
package struct PlugInUser: Hashable, Sendable {
    package var uid: UInt32
    package var gid: UInt32
    /// All groups of the user, by ID.
    package var groups: [UInt32]

    package init(uid: UInt32, gid: UInt32, groups: [UInt32]) {
        self.uid = uid
        self.gid = gid
        self.groups = groups
    }

    // MARK: As an argument of the launcher

    /// `UID:GID:GROUP,GROUP`.
    package var argument: String { "\(uid):\(gid):\(groups.map(String.init).joined(separator: ","))" }

    /// Parses ``argument``; nil for anything else.
    package init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let uid = UInt32(parts[0]), let gid = UInt32(parts[1]) else { return nil }
        let groups = parts[2].split(separator: ",").map { UInt32($0) }
        guard !groups.contains(nil) else { return nil }
        self.init(uid: uid, gid: gid, groups: groups.compactMap { $0 })
    }
}
