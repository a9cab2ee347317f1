/// Where files may be read that other tools write.
package struct FileHost: Sendable {
    /// Only what is below one of these folders is read.
    package var folders: [String]
    /// Files and folders that are never read: credentials, keys and databases.
    package var protected: [String]

    package init(folders: [String], protected: [String]) {
        self.folders = folders
        self.protected = protected
    }

    /// The folders that a path is below, each with the rest of the path.
    func splits(of path: String) -> [(folder: String, rest: String)] {
        folders.compactMap { folder in
            let prefix = folder.hasSuffix("/") ? folder : folder + "/"
            guard path.hasPrefix(prefix), path.count > prefix.count else { return nil }
            return (folder, String(path.dropFirst(prefix.count)))
        }
    }

    /// Whether a path is below one of the folders, as it is written.
    package func contains(_ path: String) -> Bool { !splits(of: path).isEmpty }
}
