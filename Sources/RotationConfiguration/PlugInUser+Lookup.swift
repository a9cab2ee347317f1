import Glibc
package import RotationCore

extension PlugInUser {
    /// Looks up a user by name; nil if there is none.
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
}
