/// Paths as the kernel reads them: bytes between slashes.
///
/// Swift's `String` joins a slash and a following combining mark to one character, and treats different bytes as equal
/// text. Neither may decide which file is used.
package enum PathText {
    private static let slash = UInt8(ascii: "/")

    /// Whether a path is absolute, without `.` and `..` and without a NUL.
    package static func isPlain(_ path: String) -> Bool {
        path.utf8.first == slash && !path.utf8.contains(0)
            && path.utf8.split(separator: slash).allSatisfy {
                !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
            }
    }

    /// The rest of a path below a folder; nil where it is not below it.
    static func rest(of path: String, below folder: String) -> String? {
        let prefix = folder.utf8.last == slash ? folder : folder + "/"
        guard path.utf8.starts(with: prefix.utf8), path.utf8.count > prefix.utf8.count else { return nil }
        return String(decoding: path.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
    }

    /// Whether a path is a folder or is below it, without resolving links.
    package static func isWithin(_ path: String, _ folder: String) -> Bool {
        path.utf8.elementsEqual(folder.utf8) || rest(of: path, below: folder) != nil
    }

    /// Whether a path leads to one of several paths, or below one, with links resolved.
    package static func leads(_ path: String, toOneOf others: [String]) -> Bool {
        let target = resolved(path)
        return others.contains { isWithin(target, resolved($0)) }
    }

    /// The folder of a path's last name; `/` at the top level.
    package static func folder(of path: String) -> String {
        let end = path.utf8.lastIndex(of: slash) ?? path.startIndex
        return end == path.startIndex ? "/" : String(path[..<end])
    }

    /// The path with symbolic links resolved; for a missing file, those of its folder.
    package static func resolved(_ path: String) -> String { Confinement.resolved(path) }
}
