/// Where plug-ins are, and how they are run.
package struct PlugInHost: Sendable {
    /// The folder of the plug-ins.
    package var folder: String
    /// The program that confines itself and then becomes the plug-in: this one, with arguments of its own.
    package var launcher: [String]
    /// Files and folders that no plug-in may read or change: credentials, keys and databases.
    package var protected: [String]
    /// Receives each exchange with a plug-in.
    package var note: @Sendable (PlugInExchange) -> Void

    package init(
        folder: String,
        launcher: [String],
        protected: [String],
        note: @escaping @Sendable (PlugInExchange) -> Void = { _ in }
    ) {
        self.folder = folder
        self.launcher = launcher
        self.protected = protected
        self.note = note
    }
}
