import Glibc

/// How many files and sockets the process may have open.
enum OpenFiles {
    /// Enough for all connections; plug-ins inherit it, and some look at each number up to it.
    private static let target: rlim_t = 8192

    /// Raises the soft limit as far as it may go, up to 8192.
    ///
    /// - Returns: What is wrong, in words; nil where all is well.
    static func raiseLimit() -> String? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return failure }
        guard limit.rlim_cur < min(limit.rlim_max, target) else { return nil }
        limit.rlim_cur = min(limit.rlim_max, target)
        return setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? nil : failure
    }

    private static var failure: String { "RLIMIT_NOFILE: \(String(cString: strerror(errno)))" }
}
