import Foundation
import RotationCore
import ValueGenerators

/// Reads `generators:`, and holds its folders against each other and against what is the daemon's own.
extension Configuration {
    /// What stands under `generators:`.
    struct Generators {
        var directory = "/etc/secret-rotator/generators"
        var user: PlugInUser?
        var fileFolders: [String] = []
        var publicFolders: [String] = []
        /// For messages that come later.
        var mapping: MappingReader?
    }

    static func readGenerators(_ root: inout MappingReader) -> Generators {
        var generators = Generators()
        guard var mapping = root.mapping("generators") else { return generators }
        generators.directory = mapping.path("directory") ?? generators.directory
        generators.user = readUser(&mapping)
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

    /// Why folders for public keys can't be used: people who may edit schedules decide what is written there.
    ///
    /// Held against each other without symbolic links, as they are at present.
    var publicFolderConflicts: [String] {
        guard !publicFolders.isEmpty else { return [] }
        let read = fileFolders.map { (path: $0, resolved: PathText.resolved($0)) }
        let own = ownFolders.map { (path: $0, resolved: PathText.resolved($0)) }
        let files = ownFiles.map { (path: $0, resolved: PathText.resolved($0)) }
        return publicFolders.compactMap { path in
            let folder = PathText.resolved(path)
            if let other = read.first(where: { Self.overlap($0.resolved, folder) }) {
                return "\(path) and \(other.path) of file_folders overlap: name folders of which none holds the other"
            }
            if let other = own.first(where: { Self.overlap($0.resolved, folder) }) {
                return "\(path) and \(other.path), the daemon's own folder, overlap: name another folder"
            }
            return files.first { PathText.isWithin($0.resolved, folder) }.map {
                "\(path) holds \($0.path), the daemon's own file: name another folder, or a new one below it"
            }
        }
    }

    private static func overlap(_ left: String, _ right: String) -> Bool {
        PathText.isWithin(left, right) || PathText.isWithin(right, left)
    }

    /// Folders whose whole content is the daemon's.
    private var ownFolders: [String] {
        let folder = PathText.folder(of: database)
        let credentials = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"]
        return [generatorsDirectory, "\(folder)/history"] + [credentials].compactMap { $0 }
    }

    /// Files that the daemon trusts or writes.
    private var ownFiles: [String] {
        let more = [audit.checkpointFile, metricsTextfile] + hubs.values.map(\.certificateAuthorities)
        return secretPaths + [path] + more.compactMap { $0 }
    }
}
