import Foundation
import Glibc

/// The chain of symbolic links of a path.
package enum LinkChain {
    /// The number of links that the kernel follows, path_resolution(7).
    private static let limit = 40

    /// The folders in which a change can make the path lead to another file.
    ///
    /// The folders of each link on the path and of the file itself; if a part is missing, the last existing folder.
    package static func folders(to path: String) -> Set<String> {
        var found: Set<String> = []
        var folder = "/"
        // Reversed: the next name is the last element.
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

    /// The type of a file; nil if it does not exist or may not be seen.
    private static func kind(of path: String) -> mode_t? {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    private static func target(of link: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: link)
    }
}
