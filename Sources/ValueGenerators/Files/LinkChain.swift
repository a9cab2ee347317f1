import Foundation
import Glibc

/// The way that a path leads through links.
package enum LinkChain {
    /// As many links as the kernel follows, path_resolution(7).
    private static let limit = 40

    /// The folders in which something must change for the path to lead to another file.
    ///
    /// Those of each link on the way, and that of the file itself; where something is missing, the last folder that is
    /// there.
    package static func folders(to path: String) -> Set<String> {
        var found: Set<String> = []
        var folder = "/"
        // The next name is the last one.
        var names = Array(path.split(separator: "/").map(String.init).reversed())
        var links = 0
        while let name = names.popLast() {
            guard name != "." else { continue }
            guard name != ".." else {
                folder = (folder as NSString).deletingLastPathComponent
                continue
            }
            let next = (folder as NSString).appendingPathComponent(name)
            switch kind(of: next) {
            case S_IFDIR where !names.isEmpty:
                folder = next
            case S_IFLNK:
                found.insert(folder)
                links += 1
                guard links <= limit, let target = target(of: next) else { return found }
                if target.hasPrefix("/") { folder = "/" }
                names += target.split(separator: "/").map(String.init).reversed()
            default:
                found.insert(folder)
                return found
            }
        }
        return found
    }

    /// nil where there is nothing, or nothing that may be seen.
    private static func kind(of path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    private static func target(of link: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: link)
    }
}
