/// The folders where files of other tools may be read, and where public keys may be written.
package struct FileHost: Sendable {
    /// Files are read only below these folders.
    package var folders: [String]
    /// Public keys are written only below these folders.
    package var publicFolders: [String]
    /// Files and folders that are never read or replaced: credentials, keys and databases.
    package var protected: [String]

    package init(folders: [String], publicFolders: [String] = [], protected: [String]) {
        self.folders = folders
        self.publicFolders = publicFolders
        self.protected = protected
    }

    /// The folders that contain a path, each with the rest of the path.
    func splits(of path: String) -> [(folder: String, rest: String)] { Self.splits(of: path, among: folders) }

    /// The folders for public keys that contain a path, each with the rest of the path.
    func publicSplits(of path: String) -> [(folder: String, rest: String)] {
        Self.splits(of: path, among: publicFolders)
    }

    private static func splits(of path: String, among folders: [String]) -> [(folder: String, rest: String)] {
        folders.compactMap { folder in PathText.rest(of: path, below: folder).map { (folder, $0) } }
    }

    /// Whether a path is below one of the folders, without resolving links.
    package func contains(_ path: String) -> Bool { !splits(of: path).isEmpty }

    /// Whether a path is below one of the folders for public keys, without resolving links.
    package func containsPublic(_ path: String) -> Bool {
        PathText.isPlain(path) && path.utf8.last != UInt8(ascii: "/") && !publicSplits(of: path).isEmpty
    }
}
