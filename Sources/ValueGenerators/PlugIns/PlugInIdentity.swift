package import RotationCore

/// The user as which a process runs plug-ins.
package enum PlugInIdentity: Hashable, Sendable {
    /// The process's own user, who is not root.
    case own
    /// Another user: the process runs as root.
    case user(PlugInUser)
    /// No plug-in may run, for this reason.
    case refused(String)

    /// - Parameters:
    ///   - user: The user of `generators.user`; nil if absent.
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

    /// Why plug-ins may not run; nil if they may.
    package var refusal: String? { if case .refused(let text) = self { text } else { nil } }

    /// The other user; nil for none.
    package var user: PlugInUser? { if case .user(let user) = self { user } else { nil } }
}
