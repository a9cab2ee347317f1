import RotationCore

/// Reads `generators.sockets`.
extension Configuration {
    /// The longest folder in bytes: with `/NAME.sock` it must fit into `sockaddr_un` (unix(7)).
    private static let socketFolderLimit = 75

    /// The folder of the plug-ins' sockets; nil if the daemon starts plug-ins itself.
    ///
    /// - Parameter user: The user of `generators.user`, which has no meaning beside sockets.
    static func readSockets(_ mapping: inout MappingReader, user: PlugInUser?) -> String? {
        guard let folder = mapping.path("sockets") else { return nil }
        let key = "sockets"
        if folder.utf8.count > socketFolderLimit {
            mapping.report("\(folder) is longer than \(socketFolderLimit) bytes; give another path", key: key)
        }
        if user != nil {
            mapping.report("each plug-in runs as the user of its own unit: remove generators.user", key: key)
        }
        return folder
    }
}
