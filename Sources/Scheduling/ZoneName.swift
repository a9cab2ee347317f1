import Glibc

/// The name of a time zone of this system's, such as `Europe/Berlin`.
///
/// The zones are the TZif files (RFC 9636) that the package tzdata installs and renews; `UTC` is known without them.
package enum ZoneName {
    /// Where the system keeps its zones.
    package static let folder = "/usr/share/zoneinfo"

    /// Whether the system knows a zone of this name.
    ///
    /// - Parameter folder: Where to look.
    package static func exists(_ name: String, folder: String = Self.folder) -> Bool {
        name == "UTC" || isName(name) && isZoneFile("\(folder)/\(name)")
    }

    /// Whether a text has the form of a name: no part of it may leave the folder.
    private static func isName(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return text.utf8.count <= 255
            && parts.allSatisfy { part in
                !part.isEmpty && part != "." && part != ".."
                    && part.utf8.allSatisfy { byte in
                        switch byte {
                        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
                        default: "_-+.".utf8.contains(byte)
                        }
                    }
            }
    }

    /// RFC 9636, section 3.1: each file begins with these four bytes.
    private static func isZoneFile(_ path: String) -> Bool {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return false }
        defer { close(file) }
        var magic = [UInt8](repeating: 0, count: 4)
        return read(file, &magic, 4) == 4 && magic == Array("TZif".utf8)
    }
}
