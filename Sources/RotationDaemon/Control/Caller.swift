import Glibc
package import RotationCore

/// The user of a connection to the daemon, from the kernel (SO_PEERCRED, unix(7)), so that a caller can't claim another
/// identity.
package struct Caller: Hashable, Sendable {
    /// The effective user ID of the process that connected.
    package var uid: UInt32
    /// Its effective group ID.
    package var gid: UInt32
    /// The user's name; nil if the system has none for the ID.
    package var name: String?
    /// All groups of the user, by ID, `gid` among them.
    package var groups: Set<UInt32>

    package init(uid: UInt32, gid: UInt32, name: String? = nil, groups: Set<UInt32> = []) {
        self.uid = uid
        self.gid = gid
        self.name = name
        self.groups = groups.union([gid])
    }

    /// Looks up a user's name and groups.
    package init(uid: UInt32, gid: UInt32) {
        let name = SystemName.user(uid)
        self.init(uid: uid, gid: gid, name: name, groups: name.map { Self.groups(of: $0, gid: gid) } ?? [])
    }

    /// The user of this process.
    package static var current: Caller {
        Caller(uid: geteuid(), gid: getegid())
    }

    /// The caller as the actor of audit entries.
    package var actor: Actor { .user(name: name, uid: uid) }

    private static func groups(of name: String, gid: UInt32) -> Set<UInt32> {
        var count = Int32(1024)
        var list = [gid_t](repeating: 0, count: Int(count))
        guard getgrouplist(name, gid, &list, &count) >= 0 else { return [] }
        return Set(list.prefix(Int(count)))
    }
}
