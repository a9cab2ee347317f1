import Glibc

/// A file or socket that can't be used, and the value of errno.
package struct FileFailure: Error, Hashable, CustomStringConvertible {
    let path: String
    let code: Int32

    package var description: String { "\(path): \(String(cString: strerror(code)))" }
}
