import RotationCore

/// The settings for running plug-ins.
package struct PlugInHost: Sendable {
    /// The folder of the plug-ins.
    package var folder: String
    /// The command that starts and confines a plug-in: this program with its launcher's arguments.
    package var launcher: [String]
    /// Files and folders that no plug-in may read or change: credentials, keys and databases.
    package var protected: [String]
    /// The user as which plug-ins run.
    package var identity: PlugInIdentity
    /// The prefix of the names of temporary folders.
    package var folderPrefix: String
    /// Delays steps while processes of an earlier daemon still run; nil outside the daemon.
    package var fence: PlugInFence?
    /// The plug-ins' own units; nil if this process starts plug-ins itself.
    package var units: PlugInUnits?
    /// Receives each exchange with a plug-in.
    package var note: @Sendable (PlugInExchange) -> Void

    package init(
        folder: String,
        launcher: [String],
        protected: [String],
        identity: PlugInIdentity,
        folderPrefix: String = "secret-rotator-try-",
        fence: PlugInFence? = nil,
        units: PlugInUnits? = nil,
        note: @escaping @Sendable (PlugInExchange) -> Void = { _ in }
    ) {
        self.folder = folder
        self.launcher = launcher
        self.protected = protected
        self.identity = identity
        self.folderPrefix = folderPrefix
        self.fence = fence
        self.units = units
        self.note = note
    }

    /// The launcher with its arguments for a plug-in.
    func command(_ name: String) -> [String] {
        var words = launcher
        if let user = identity.user { words += ["--user", user.argument] }
        if let fence { words += ["--lock", fence.path] }
        return words + ["--", folder, name] + protected
    }
}
