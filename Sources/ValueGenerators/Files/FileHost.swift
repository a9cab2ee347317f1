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

    /// The folder that a path is below, and the rest of the path; nil where it is below none.
    func split(_ path: String) -> (folder: String, rest: String)? {
        for folder in folders {
            let prefix = folder.hasSuffix("/") ? folder : folder + "/"
            if path.hasPrefix(prefix), path.count > prefix.count {
                return (folder, String(path.dropFirst(prefix.count)))
            }
        }
        return nil
    }

    /// Whether a path is below one of the folders, as it is written.
    package func contains(_ path: String) -> Bool { split(path) != nil }
}
