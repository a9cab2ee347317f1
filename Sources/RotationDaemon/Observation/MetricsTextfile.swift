import Glibc

/// The file that node_exporter's textfile collector reads: it is replaced as a whole, so no reader sees half of it.
struct MetricsTextfile: Sendable {
    let path: String

    /// Why the file could not be written.
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let code: Int32

        var description: String { "\(path): \(String(cString: strerror(code)))" }
    }

    /// Replaces the file; all users may read it, whatever the umask is.
    func write(_ text: String) throws(Failure) {
        // The collector reads only names that end in .prom.
        let draft = "\(path).\(getpid()).part"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Failure(path: draft, code: errno) }
        do throws(Failure) {
            try fill(descriptor, text)
            guard rename(draft, path) == 0 else { throw Failure(path: path, code: errno) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    private func fill(_ descriptor: Int32, _ text: String) throws(Failure) {
        defer { close(descriptor) }
        guard fchmod(descriptor, 0o644) == 0 else { throw Failure(path: path, code: errno) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw Failure(path: path, code: written < 0 ? errno : ENOSPC) }
            rest = rest.dropFirst(written)
        }
        guard fsync(descriptor) == 0 else { throw Failure(path: path, code: errno) }
    }
}
