package import RotationCore

/// The arguments of a launcher.
package struct LaunchOrder: Sendable {
    /// The folder of the plug-ins.
    package var folder: String
    /// The plug-in.
    package var name: String
    /// The paths that it may not read or change.
    package var protected: [String]
    /// The user to run as; nil for this process's user.
    package var user: PlugInUser?
    /// The file of the ``PlugInFence``; nil for none.
    package var lock: String?

    package init(folder: String, name: String, protected: [String], user: PlugInUser?, lock: String?) {
        self.folder = folder
        self.name = name
        self.protected = protected
        self.user = user
        self.lock = lock
    }
}
