import Glibc
package import RotationCore

/// Who speaks to the daemon, as the kernel tells it (SO_PEERCRED, unix(7)): nobody can claim to be somebody else.
package struct Caller: Hashable, Sendable {
    /// The effective user ID of the process that connected.
    package var uid: UInt32
    /// Its effective group ID.
    package var gid: UInt32
    /// The user's name; nil where the system knows none.
    package var name: String?
    /// All groups of the user, by ID, `gid` among them.
    package var groups: Set<UInt32>

    package init(uid: UInt32, gid: UInt32, name: String? = nil, groups: Set<UInt32> = []) {
        self.uid = uid
        self.gid = gid
        self.name = name
        self.groups = groups.union([gid])
    }

    /// Looks a user up.
    package init(uid: UInt32, gid: UInt32) {
        var record = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        let isKnown = getpwuid_r(uid, &record, &buffer, buffer.count, &found) == 0 && found != nil
        let name = isKnown ? record.pw_name.map { String(cString: $0) } : nil
        self.init(uid: uid, gid: gid, name: name, groups: name.map { Self.groups(of: $0, gid: gid) } ?? [])
    }

    /// The process itself.
    package static var current: Caller {
        Caller(uid: geteuid(), gid: getegid())
    }

    /// Who the audit log says it was.
    package var actor: Actor { .user(name: name, uid: uid) }

    private static func groups(of name: String, gid: UInt32) -> Set<UInt32> {
        var count = Int32(1024)
        var list = [gid_t](repeating: 0, count: Int(count))
        guard getgrouplist(name, gid, &list, &count) >= 0 else { return [] }
        return Set(list.prefix(Int(count)))
    }
}
