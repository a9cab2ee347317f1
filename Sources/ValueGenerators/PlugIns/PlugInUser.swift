import Glibc

/// The user whose processes plug-ins are, where that is not the daemon's own: `generators.user`.
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

    /// Looks a user up by its name; nil where the system knows none.
    package init?(name: String) {
        var record = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        guard getpwnam_r(name, &record, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        var count = Int32(1024)
        var groups = [gid_t](repeating: 0, count: Int(count))
        guard getgrouplist(name, record.pw_gid, &groups, &count) >= 0 else { return nil }
        self.init(uid: record.pw_uid, gid: record.pw_gid, groups: Array(groups.prefix(Int(count))))
    }

    // MARK: As an argument of the launcher

    /// `UID:GID:GROUP,GROUP`.
    package var argument: String { "\(uid):\(gid):\(groups.map(String.init).joined(separator: ","))" }

    /// Reads what ``argument`` gives; nil for anything else.
    package init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let uid = UInt32(parts[0]), let gid = UInt32(parts[1]) else { return nil }
        let groups = parts[2].split(separator: ",").map { UInt32($0) }
        guard !groups.contains(nil) else { return nil }
        self.init(uid: uid, gid: gid, groups: groups.compactMap { $0 })
    }
}

/// Whose processes a process's plug-ins are.
package enum PlugInIdentity: Hashable, Sendable {
    /// The process's own user's, which is not root.
    case own
    /// Another user's: the process is root's.
    case user(PlugInUser)
    /// No plug-in may run, for this reason.
    case refused(String)

    /// - Parameters:
    ///   - user: What `generators.user` names; nil for nothing.
    ///   - process: The user ID of the process that would run plug-ins.
    package init(_ user: PlugInUser?, process: UInt32) {
        switch (user, process) {
        case (let user?, 0): self = .user(user)
        case (nil, 0):
            self = .refused(
                "plug-ins do not run as root: name the user that they run as in generators.user, or run this as the "
                    + "daemon's user"
            )
        case (nil, _): self = .own
        case (let user?, process) where user.uid == process: self = .own
        case (.some, _):
            self = .refused(
                "uid \(process) can't run plug-ins as generators.user: only root can become another user; remove "
                    + "generators.user, and plug-ins run as uid \(process)"
            )
        }
    }

    /// Why no plug-in may run; nil where they may.
    package var refusal: String? { if case .refused(let text) = self { text } else { nil } }

    /// The other user; nil for none.
    package var user: PlugInUser? { if case .user(let user) = self { user } else { nil } }
}
