import ArgumentParser
import Foundation

/// What the kernel says of a process (proc(5)).
struct ProcessUsage {
    /// Voluntary and involuntary ones since each thread's start, by the thread's ID.
    let contextSwitches: [String: Int]
    /// User and system time, in clock ticks.
    let ticks: Int
    let residentKiB: Int
    let peakKiB: Int
    /// Of the resident memory, what no file is behind.
    let anonymousKiB: Int
    let threads: Int

    init(pid: Int32) throws {
        let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")
        let switches = tasks.map { task in
            let status = (try? Self.status("/proc/\(pid)/task/\(task)/status")) ?? [:]
            return (status["voluntary_ctxt_switches"] ?? 0) + (status["nonvoluntary_ctxt_switches"] ?? 0)
        }
        contextSwitches = Dictionary(zip(tasks, switches)) { first, _ in first }
        let status = try Self.status("/proc/\(pid)/status")
        residentKiB = status["VmRSS"] ?? 0
        peakKiB = status["VmHWM"] ?? 0
        anonymousKiB = status["RssAnon"] ?? 0
        threads = tasks.count
        let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        // The second field, the name, is in parentheses and may hold spaces.
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        ticks = fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
    }

    /// User and system time of a process in seconds, of threads that have ended too.
    ///
    /// From the process's CPU clock, which counts nanoseconds where `stat` counts clock ticks of 10 ms.
    static func cpuSeconds(pid: Int32) throws -> Double {
        var clock = clockid_t()
        var time = timespec()
        guard clock_getcpuclockid(pid, &clock) == 0, clock_gettime(clock, &time) == 0 else {
            throw ValidationError("process \(pid) is gone")
        }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// User and system time in seconds of the child processes that have ended.
    static var endedChildrenSeconds: Double {
        var usage = rusage()
        getrusage(RUSAGE_CHILDREN.rawValue, &usage)
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }

    /// How many context switches there were since an earlier look, in threads that are still there.
    func contextSwitches(since earlier: ProcessUsage) -> Int {
        contextSwitches.reduce(0) { $0 + max(0, $1.value - (earlier.contextSwitches[$1.key] ?? 0)) }
    }

    /// The numbers of a `status` file, by name.
    private static func status(_ path: String) throws -> [String: Int] {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let pairs = lines.compactMap { line -> (String, Int)? in
            let parts = line.split(separator: ":")
            guard parts.count == 2 else { return nil }
            return Int(parts[1].filter(\.isNumber)).map { (String(parts[0]), $0) }
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
