import Foundation
import RotationConfiguration
import RotationCore
import ValueGenerators

/// Holds the folders of `generators:` against each other and against what is the daemon's own.
extension Configuration {
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
