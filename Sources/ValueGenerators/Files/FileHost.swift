/// Where files may be read that other tools write, and where public keys may be written.
package struct FileHost: Sendable {
    /// Only what is below one of these folders is read.
    package var folders: [String]
    /// Only below one of these folders is a public key written.
    package var publicFolders: [String]
    /// Files and folders that are never read or replaced: credentials, keys and databases.
    package var protected: [String]

    package init(folders: [String], publicFolders: [String] = [], protected: [String]) {
        self.folders = folders
        self.publicFolders = publicFolders
        self.protected = protected
    }

    /// The folders that a path is below, each with the rest of the path.
    func splits(of path: String) -> [(folder: String, rest: String)] { Self.splits(of: path, among: folders) }

    /// The folders for public keys that a path is below, each with the rest of the path.
    func publicSplits(of path: String) -> [(folder: String, rest: String)] {
        Self.splits(of: path, among: publicFolders)
    }

    private static func splits(of path: String, among folders: [String]) -> [(folder: String, rest: String)] {
        folders.compactMap { folder in PathText.rest(of: path, below: folder).map { (folder, $0) } }
    }

    /// Whether a path is below one of the folders, as it is written.
    package func contains(_ path: String) -> Bool { !splits(of: path).isEmpty }

    /// Whether a path is below one of the folders for public keys, as it is written.
    package func containsPublic(_ path: String) -> Bool {
        PathText.isPlain(path) && path.utf8.last != UInt8(ascii: "/") && !publicSplits(of: path).isEmpty
    }
}
