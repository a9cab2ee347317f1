import CLinux
import Glibc
import RotationCore

/// The Landlock rules that keep a plug-in away from protected files.
///
/// Landlock (landlock(7)) can only permit everything beneath a path, not forbid. Therefore the rules permit everything
/// except the folders on the path of a protected file; of these folders they permit all other entries.
package enum Confinement {
    /// The version of Landlock's interface that this process can use; 0 if the kernel or a system-call filter does not
    /// allow it.
    package static var version: Int32 { clinux_landlock_version() }

    /// Whether this process can be confined.
    package static var isPossible: Bool { version > 0 }

    /// Why the kernel refuses a ruleset.
    struct Failure: Error {
        var errno: Int32
    }

    /// Creates the ruleset for a confined process.
    ///
    /// - Parameter protected: Files and folders that the process may not read or change; they need not exist.
    /// - Returns: The ruleset's descriptor, which the caller closes.
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

    /// The largest parts of the file system that contain nothing protected.
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

    /// The path with symbolic links resolved; for a missing file, those of its folder.
    static func resolved(_ path: String) -> String {
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return path }
        return resolved(String(path[..<slash])) + path[slash...]
    }
}
