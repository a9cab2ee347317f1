import Crypto
import Glibc
import RotationCore

/// A file that is written once, from its begin to its end, and takes its name when it is complete; or standard output.
package final class OutputFile {
    /// Why a file could not be written.
    package struct Failure: Error, CustomStringConvertible {
        /// The file; `standard output` for that.
        package var path: String
        /// The value of errno.
        package var code: Int32

        package var description: String { "\(path): \(String(cString: strerror(code)))" }
    }

    private let path: String?
    /// The name until it is complete: in the same folder, so that a rename suffices.
    private let draft: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []
    private var hash = SHA256()
    /// The number of bytes that were written.
    package private(set) var count = 0

    private static let bufferSize = 1 << 16

    /// Opens a file that only its owner may read and write.
    ///
    /// - Parameter path: Its name; nil for standard output.
    package init(path: String?) throws(Failure) {
        self.path = path
        draft = path.map { "\($0).\(getpid()).part" } ?? "standard output"
        guard path != nil else {
            descriptor = STDOUT_FILENO
            return
        }
        descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Failure(path: draft, code: errno) }
        buffer.reserveCapacity(Self.bufferSize)
    }

    /// Removes what was not completed.
    deinit {
        guard path != nil, descriptor >= 0 else { return }
        close(descriptor)
        unlink(draft)
    }

    /// Appends bytes.
    package func append(_ bytes: some Sequence<UInt8>) throws(Failure) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Appends a line, and a newline.
    package func appendLine(_ bytes: some Sequence<UInt8>) throws(Failure) {
        buffer.append(contentsOf: bytes)
        try append(CollectionOfOne(0x0A))
    }

    private func flush() throws(Failure) {
        hash.update(data: buffer)
        count += buffer.count
        var rest = buffer[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw Failure(path: draft, code: written < 0 ? errno : ENOSPC) }
            rest = rest.dropFirst(written)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// Writes what is left; the file is on the disk then, under its name.
    ///
    /// - Returns: The SHA-256 of all bytes, in hexadecimal.
    package func finish() throws(Failure) -> String {
        try flush()
        if let path {
            guard fsync(descriptor) == 0 else { throw Failure(path: draft, code: errno) }
            guard rename(draft, path) == 0 else { throw Failure(path: path, code: errno) }
            close(descriptor)
            descriptor = -1
            try Self.syncFolder(of: path)
        }
        return hash.finalize().hexadecimal
    }

    /// Makes a new name durable: without it a power cut could leave the file without its name.
    private static func syncFolder(of path: String) throws(Failure) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(path: folder, code: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Failure(path: folder, code: errno) }
    }
}
