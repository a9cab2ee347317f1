import Foundation

/// What the kernel says of a process (proc(5)).
struct ProcessUsage {
    /// Voluntary and involuntary ones, of all threads.
    let contextSwitches: Int
    /// User and system time, in clock ticks.
    let ticks: Int
    let residentKiB: Int
    let peakKiB: Int
    let threads: Int

    init(pid: Int32) throws {
        let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")
        contextSwitches = tasks.reduce(0) { sum, task in
            let status = (try? Self.status("/proc/\(pid)/task/\(task)/status")) ?? [:]
            return sum + (status["voluntary_ctxt_switches"] ?? 0) + (status["nonvoluntary_ctxt_switches"] ?? 0)
        }
        let status = try Self.status("/proc/\(pid)/status")
        residentKiB = status["VmRSS"] ?? 0
        peakKiB = status["VmHWM"] ?? 0
        threads = tasks.count
        let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        // The second field, the name, is in parentheses and may hold spaces.
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        ticks = fields.count > 12 ? (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0) : 0
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
