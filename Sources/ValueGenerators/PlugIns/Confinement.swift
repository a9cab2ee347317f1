import CLinux
import Glibc
import RotationCore

/// What a plug-in may not touch.
///
/// Landlock (landlock(7)) knows no prohibition, only permission for all that lies beneath a path. So all is permitted but
/// the folders on the way to what is protected, of which only the other entries are.
package enum Confinement {
    /// The version of Landlock's interface that this process can use; 0 where the kernel, or a filter of system calls, has
    /// none.
    package static var version: Int32 { clinux_landlock_version() }

    /// Whether this process can be confined.
    package static var isPossible: Bool { version > 0 }

    /// Why the kernel gives no ruleset.
    struct Failure: Error {
        var errno: Int32
    }

    /// Makes the rules for a process that is to be confined.
    ///
    /// - Parameter protected: Files and folders that it can't read or change; they need not exist.
    /// - Returns: A descriptor of the rules, which the caller closes.
    static func ruleset(protecting protected: [String]) throws(Failure) -> Int32 {
        let paths = granted(protecting: protected.map(resolved))
        let texts = paths.map { strdup($0) }
        defer { for text in texts { free(text) } }
        let pointers = texts.map { UnsafePointer($0) }
        var ruleset: Int32 = -1
        let code = clinux_landlock_ruleset(pointers, Int32(pointers.count), &ruleset)
        guard code == 0 else { throw Failure(errno: code) }
        return ruleset
    }

    /// The largest parts of the file system that hold nothing that is protected.
    static func granted(protecting protected: [String], under folder: String = "") -> [String] {
        guard let names = entries(of: folder.isEmpty ? "/" : folder) else { return [] }
        return names.flatMap { name -> [String] in
            let path = "\(folder)/\(name)"
            if protected.contains(path) { return [] }
            let isOnTheWay = protected.contains { $0.hasPrefix(path + "/") }
            return isOnTheWay ? granted(protecting: protected, under: path) : [path]
        }
    }

    private static func entries(of folder: String) -> [String]? {
        guard let stream = opendir(folder) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// The path without symbolic links; of a file that does not exist, that of its folder.
    static func resolved(_ path: String) -> String {
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return path }
        return resolved(String(path[..<slash])) + path[slash...]
    }
}
