import Foundation
import Glibc

/// All descendants of a plug-in, including those with their own sessions and without a parent: the launcher adopts them
/// (PR_SET_CHILD_SUBREAPER).
struct Descendants {
    private let process: Int32

    /// - Parameter process: The plug-in, a child of this process.
    init(of process: Int32) {
        self.process = process
    }

    /// Kills all of them, and returns the plug-in's waitpid(2) status once they have ended.
    func end() -> Int32 {
        kill(process, SIGKILL)
        var result: Int32?
        // The children of a killed process become children of this one, so repeat until there is none.
        while true {
            let others = children
            for child in others { kill(child, SIGKILL) }
            var status: Int32 = 0
            // Children that the kernel does not list can't be killed, so do not wait for them.
            let ended = waitpid(-1, &status, result != nil && others.isEmpty ? WNOHANG : 0)
            if ended == process { result = status }
            if ended == 0 || (ended < 0 && errno != EINTR) { return result ?? 0 }
        }
    }

    /// The children of this process, as proc(5) lists them for each of its threads.
    private var children: [Int32] {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return threads.flatMap { thread -> [Int32] in
            let text = (try? String(contentsOfFile: "/proc/self/task/\(thread)/children", encoding: .utf8)) ?? ""
            return text.split(separator: " ").compactMap { Int32($0) }
        }
    }
}
