import RotationCore

/// Where plug-ins are, and how they are run.
package struct PlugInHost: Sendable {
    /// The folder of the plug-ins.
    package var folder: String
    /// The program that starts and confines a plug-in: this one, with arguments of its own.
    package var launcher: [String]
    /// Files and folders that no plug-in may read or change: credentials, keys and databases.
    package var protected: [String]
    /// Whose processes plug-ins are.
    package var identity: PlugInIdentity
    /// How the names of its steps' temporary folders begin.
    package var folderPrefix: String
    /// Holds steps back while processes of an earlier daemon are left; nil where no daemon runs them.
    package var fence: PlugInFence?
    /// Receives each exchange with a plug-in.
    package var note: @Sendable (PlugInExchange) -> Void

    package init(
        folder: String,
        launcher: [String],
        protected: [String],
        identity: PlugInIdentity,
        folderPrefix: String = "secret-rotator-try-",
        fence: PlugInFence? = nil,
        note: @escaping @Sendable (PlugInExchange) -> Void = { _ in }
    ) {
        self.folder = folder
        self.launcher = launcher
        self.protected = protected
        self.identity = identity
        self.folderPrefix = folderPrefix
        self.fence = fence
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
