import RotationCore

/// Reads `generators:`.
extension Configuration {
    /// The content of `generators:`.
    struct Generators {
        var directory = "/etc/secret-rotator/generators"
        var user: PlugInUser?
        var sockets: String?
        var fileFolders: [String] = []
        var publicFolders: [String] = []
        /// The mapping, for later messages.
        var mapping: MappingReader?
    }

    static func readGenerators(_ root: inout MappingReader) -> Generators {
        var generators = Generators()
        guard var mapping = root.mapping("generators") else { return generators }
        generators.directory = mapping.path("directory") ?? generators.directory
        generators.user = readUser(&mapping)
        generators.sockets = readSockets(&mapping, user: generators.user)
        let form = "folder's absolute path, not /"
        let folder = { (path: String) in path.hasPrefix("/") && path.contains { $0 != "/" } ? path : nil }
        generators.fileFolders =
            mapping.scalars("file_folders", expected: form, mayBeEmpty: true, convert: folder) ?? []
        generators.publicFolders =
            mapping.scalars("public_folders", expected: form, mayBeEmpty: true, convert: folder) ?? []
        mapping.finish()
        generators.mapping = mapping
        return generators
    }

    private static func readUser(_ mapping: inout MappingReader) -> PlugInUser? {
        guard let name = mapping.text("user") else { return nil }
        guard let user = PlugInUser(name: name) else {
            mapping.report("the system knows no \"\(name)\"", key: "user")
            return nil
        }
        guard user.uid != 0 else {
            mapping.report("plug-ins do not run as root: name another user", key: "user")
            return nil
        }
        return user
    }
}
