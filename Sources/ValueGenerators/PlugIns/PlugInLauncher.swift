import CLinux
import Glibc
import RotationCore
import SecretMemory

/// The process between the daemon and a plug-in: it checks the plug-in's file, starts it confined, and stays until all
/// of the plug-in's processes have ended.
package enum PlugInLauncher {
    /// The exit status if the plug-in was not run.
    package static let refused: Int32 = 126

    /// Why a plug-in was not run: as a text, and as a word in the form of a plug-in's reason.
    package struct Refusal: Error {
        package var text: String
        package var reason: String
    }

    /// Runs a plug-in with the question from standard input, until it or the daemon ends.
    ///
    /// - Returns: Its waitpid(2) status.
    package static func run(_ order: LaunchOrder) throws(Refusal) -> Int32 {
        try prepare(order)
        let file: PlugInFile
        do throws(PlugInFile.Failure) { file = try PlugInFile(order.name, in: order.folder) } catch {
            throw Refusal(text: "\(error)", reason: "file_refused")
        }
        var feed: [Int32] = [-1, -1]
        guard pipe(&feed) == 0 else { throw Self.notConfined("pipe", errno) }
        // This process starts no other one meanwhile, so the flags can be set after pipe(2).
        for end in feed { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        _ = fcntl(feed[1], F_SETFL, O_WRONLY | O_NONBLOCK)
        let process = try start(order, file, Streams(input: feed[0]))
        close(feed[0])
        return PlugInSupervisor(process: process, feed: feed[1]).run()
    }

    /// Takes the lock before it checks that the daemon lives, so that no late launcher runs once a new daemon has the
    /// lock.
    private static func prepare(_ order: LaunchOrder) throws(Refusal) {
        try becomeParent()
        if let lock = order.lock, !PlugInFence.hold(lock) { throw notConfined(lock, errno) }
        guard Lifeline.isHeld else { throw Refusal(text: "the daemon has ended", reason: "daemon_ended") }
    }

    /// Hardens this process, and lets it outlive and adopt all processes of its plug-in.
    static func becomeParent() throws(Refusal) {
        _ = ProcessHardening.apply()
        // The launcher ignores the signals that end the plug-in, because it must wait for its end.
        for number in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE] { signal(number, SIG_IGN) }
        let code = clinux_adopt_orphans()
        guard code == 0 else { throw notConfined("PR_SET_CHILD_SUBREAPER", code) }
    }

    /// The descriptors that become a plug-in's streams; -1 for this process's own.
    struct Streams {
        var input: Int32
        var output: Int32 = -1
        var errors: Int32 = -1
    }

    /// Starts a plug-in, confined.
    ///
    /// - Returns: Its process ID.
    static func start(
        _ order: LaunchOrder,
        _ file: borrowing PlugInFile,
        _ streams: Streams
    ) throws(Refusal) -> Int32 {
        let ruleset = try Confinement.isPossible ? ruleset(protecting: order.protected) : -1
        defer { if ruleset >= 0 { close(ruleset) } }
        var (process, stage): (Int32, Int32) = (-1, 0)
        let groups = order.user?.groups ?? []
        let code = groups.withUnsafeBufferPointer { groups in
            "\(order.folder)/\(order.name)".withCString { name in
                var plugIn = clinux_plug_in()
                plugIn.file = file.descriptor
                plugIn.name = name
                plugIn.environment = UnsafePointer(environ)
                plugIn.input = streams.input
                plugIn.output = streams.output
                plugIn.errors = streams.errors
                plugIn.ruleset = ruleset
                plugIn.changes_user = order.user == nil ? 0 : 1
                plugIn.user = order.user?.uid ?? 0
                plugIn.group = order.user?.gid ?? 0
                plugIn.groups = groups.baseAddress
                plugIn.group_count = Int32(groups.count)
                return clinux_start_plug_in(&plugIn, &process, &stage)
            }
        }
        guard code == 0 else { throw refusal(order, stage: stage, code) }
        return process
    }

    private static func ruleset(protecting protected: [String]) throws(Refusal) -> Int32 {
        do throws(Confinement.Failure) { return try Confinement.ruleset(protecting: protected) } catch {
            throw notConfined("Landlock", error.errno)
        }
    }

    private static func refusal(_ order: LaunchOrder, stage: Int32, _ code: Int32) -> Refusal {
        let text = String(cString: strerror(code))
        switch UInt32(stage) {
        case clinux_stage_user.rawValue:
            return Refusal(text: "can't become uid \(order.user?.uid ?? 0): \(text)", reason: "not_confined")
        case clinux_stage_program.rawValue: return Refusal(text: "\(order.name): \(text)", reason: "not_executable")
        default: return notConfined("the kernel refuses to confine it", code)
        }
    }

    /// The refusal because a system call failed.
    static func notConfined(_ what: String, _ code: Int32) -> Refusal {
        Refusal(text: "\(what): \(String(cString: strerror(code)))", reason: "not_confined")
    }
}
