import Glibc
import RotationCore

/// Reads `roles:`, the rights of callers at the control socket.
enum RolesReader {
    static func read(_ root: inout MappingReader) -> Roles {
        guard var mapping = root.mapping("roles") else { return Roles() }
        var operators: Roles.Members?
        if var members = mapping.mapping("operators") { operators = read(members: &members) }
        var editors = Roles.Members()
        if var members = mapping.mapping("editors") { editors = read(members: &members) }
        var auditors = Roles.Members()
        if var members = mapping.mapping("auditors") { auditors = read(members: &members) }
        mapping.finish()
        return Roles(operators: operators, editors: editors, auditors: auditors)
    }

    private static func read(members: inout MappingReader) -> Roles.Members {
        let users = members.texts("users", form: "list of names or numbers") ?? []
        let groups = members.texts("groups", form: "list of names or numbers") ?? []
        members.finish()
        return Roles.Members(
            users: identifiers(users, "users", members, lookUp: user),
            groups: identifiers(groups, "groups", members, lookUp: group)
        )
    }

    /// Converts names and numbers to IDs; a name that the system does not know is reported.
    private static func identifiers(
        _ texts: [String],
        _ key: String,
        _ members: MappingReader,
        lookUp: (String) -> UInt32?
    ) -> Set<UInt32> {
        Set(
            texts.compactMap { text in
                if let number = UInt32(text) ?? lookUp(text) { return number }
                members.report("the system knows no \"\(text)\"", key: key)
                return nil
            }
        )
    }

    private static func user(_ name: String) -> UInt32? {
        var record = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 * 1024)
        let status = getpwnam_r(name, &record, &buffer, buffer.count, &found)
        return status == 0 && found != nil ? record.pw_uid : nil
    }

    private static func group(_ name: String) -> UInt32? {
        var record = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var buffer = [CChar](repeating: 0, count: 64 * 1024)
        let status = getgrnam_r(name, &record, &buffer, buffer.count, &found)
        return status == 0 && found != nil ? record.gr_gid : nil
    }
}
