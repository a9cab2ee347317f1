import CLinux
import Glibc

/// What a process can do once, at its start, so that its memory stays its own.
package enum ProcessHardening {
    /// Forbids core files and other processes' look into this one's memory.
    ///
    /// - Returns: What could not be set, in words; empty where all is well.
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

    /// Whether memory can be locked into RAM here.
    package static var canLockMemory: Bool {
        (try? LockedBytes(count: 1) { _ in })?.isLocked ?? false
    }
}
