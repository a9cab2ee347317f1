import Glibc

/// The names that the system has for IDs of users and groups.
enum SystemName {
    /// A user's name; nil if the system has none.
    static func user(_ id: UInt32) -> String? {
        var record = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        guard getpwuid_r(id, &record, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return record.pw_name.map { String(cString: $0) }
    }

    /// A group's name; nil if the system has none.
    static func group(_ id: UInt32) -> String? {
        var record = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var buffer = [CChar](repeating: 0, count: 64 * 1024)
        guard getgrgid_r(id, &record, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return record.gr_name.map { String(cString: $0) }
    }
}
