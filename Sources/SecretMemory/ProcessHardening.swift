import CLinux
import Glibc

/// Protects the process's memory from other processes; applied once at its start.
package enum ProcessHardening {
    /// Forbids core files, and access of other processes to this one's memory.
    ///
    /// - Returns: The settings that failed, as texts; empty on success.
    package static func apply() -> [String] {
        var problems: [String] = []
        let status = clinux_forbid_dumps()
        if status != 0 { problems.append("PR_SET_DUMPABLE: \(String(cString: strerror(status)))") }
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        if setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) != 0 {
            problems.append("RLIMIT_CORE: \(String(cString: strerror(errno)))")
        }
        return problems
    }

    /// Whether this process can lock memory into RAM.
    package static var canLockMemory: Bool {
        (try? LockedBytes(count: 1) { _ in })?.isLocked ?? false
    }
}
