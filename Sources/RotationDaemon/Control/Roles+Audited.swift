package import RotationConfiguration
package import RotationCore

extension Audit.ConfigurationLoaded {
    /// A configuration, with who has which role by it; names are those that the system has now.
    package init(_ configuration: Configuration) {
        let roles = configuration.roles
        self.init(
            hash: configuration.hash,
            operators: roles.operatorsInForce.audited,
            editors: roles.editors.audited,
            auditors: roles.auditors.audited
        )
    }
}

extension Roles.Members {
    /// The members as id(1) writes them: users before groups, by ID.
    fileprivate var audited: [String] {
        users.sorted().map { Self.text("uid", $0, SystemName.user($0)) }
            + groups.sorted().map { Self.text("gid", $0, SystemName.group($0)) }
    }

    static func text(_ kind: String, _ id: UInt32, _ name: String?) -> String {
        // A directory service may have longer names than useradd(8) allows, and a line has its limit.
        let name = name.flatMap { $0.utf8.count <= 32 && $0.utf8.allSatisfy { $0 >= 0x20 } ? $0 : nil }
        return "\(kind)=\(id)" + (name.map { "(\($0))" } ?? "")
    }
}
