import Glibc

/// A small file that is replaced as a whole, so that no reader sees half of it.
struct ReplacedFile: Sendable {
    let path: String
    /// Its permissions, whatever the umask is.
    let mode: mode_t

    /// Replaces the content; it is on the disk then.
    func write(_ bytes: some Sequence<UInt8>) throws(FileFailure) {
        let draft = "\(path).\(getpid()).part"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileFailure(path: draft, code: errno) }
        do throws(FileFailure) {
            try fill(descriptor, Array(bytes))
            guard rename(draft, path) == 0 else { throw FileFailure(path: path, code: errno) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    private func fill(_ descriptor: Int32, _ bytes: [UInt8]) throws(FileFailure) {
        defer { close(descriptor) }
        guard fchmod(descriptor, mode) == 0 else { throw FileFailure(path: path, code: errno) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw FileFailure(path: path, code: written < 0 ? errno : ENOSPC) }
            rest = rest.dropFirst(written)
        }
        guard fsync(descriptor) == 0 else { throw FileFailure(path: path, code: errno) }
    }
}
