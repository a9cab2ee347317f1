import Foundation
import RotationConfiguration
import RotationCore
import ValueGenerators

/// Compares the folders of `generators:` with each other and with the daemon's own files.
extension Configuration {
    /// Errors about folders for public keys.
    ///
    /// Users who may edit schedules decide which files are written there.
    ///
    /// Paths are compared with their symbolic links resolved as they are now.
    var publicFolderConflicts: [String] {
        guard !publicFolders.isEmpty else { return [] }
        let read = fileFolders.map { (path: $0, resolved: PathText.resolved($0)) }
        let own = ownFolders.map { (path: $0, resolved: PathText.resolved($0)) }
        let files = ownFiles.map { (path: $0, resolved: PathText.resolved($0)) }
        return publicFolders.compactMap { path in
            let folder = PathText.resolved(path)
            if let other = read.first(where: { Self.overlap($0.resolved, folder) }) {
                return "\(path) and \(other.path) of file_folders overlap: name folders that do not contain each other"
            }
            if let other = own.first(where: { Self.overlap($0.resolved, folder) }) {
                return "\(path) and \(other.path), the daemon's own folder, overlap: name another folder"
            }
            return files.first { PathText.isWithin($0.resolved, folder) }.map {
                "\(path) contains \($0.path), the daemon's own file: name another folder, or a new one below it"
            }
        }
    }

    private static func overlap(_ left: String, _ right: String) -> Bool {
        PathText.isWithin(left, right) || PathText.isWithin(right, left)
    }

    /// Folders whose whole content belongs to the daemon.
    private var ownFolders: [String] {
        let folder = PathText.folder(of: database)
        let credentials = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"]
        return [generatorsDirectory, "\(folder)/history"] + [credentials].compactMap { $0 }
    }

    /// Files that the daemon trusts or writes.
    private var ownFiles: [String] {
        let more =
            [audit.checkpointFile, metrics.textfile, heartbeat?.file] + hubs.values.map(\.certificateAuthorities)
        return secretPaths + [path] + more.compactMap { $0 }
    }
}
