import Glibc

/// The limit of open files and sockets of the process.
enum OpenFiles {
    /// Enough for all connections.
    ///
    /// Not more, because plug-ins inherit the limit, and some try each descriptor up to it.
    private static let target: rlim_t = 8192

    /// Raises the soft limit to 8192, or to the hard limit if that is lower.
    ///
    /// - Returns: The error as a text; nil on success.
    static func raiseLimit() -> String? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return failure }
        guard limit.rlim_cur < min(limit.rlim_max, target) else { return nil }
        limit.rlim_cur = min(limit.rlim_max, target)
        return setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? nil : failure
    }

    private static var failure: String { "RLIMIT_NOFILE: \(String(cString: strerror(errno)))" }
}
