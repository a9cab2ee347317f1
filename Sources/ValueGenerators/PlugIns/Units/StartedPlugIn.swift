import CLinux
import Glibc

/// A plug-in that a unit's launcher has started, with a pipe for each of its three streams.
struct StartedPlugIn {
    /// Its process ID.
    let process: Int32
    /// The writing end of its standard input.
    let input: Int32
    /// The reading ends of standard output and standard error.
    let output: Int32
    let errors: Int32

    /// Starts the plug-in; the ends of the pipes that this process keeps don't block.
    init(_ order: LaunchOrder, _ file: borrowing PlugInFile) throws(PlugInLauncher.Refusal) {
        let (input, output, errors) = (try Self.makePipe(), try Self.makePipe(), try Self.makePipe())
        defer { for end in [input.read, output.write, errors.write] { close(end) } }
        for end in [input.write, output.read, errors.read] { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        process = try PlugInLauncher.start(
            order,
            file,
            .init(input: input.read, output: output.write, errors: errors.write)
        )
        (self.input, self.output, self.errors) = (input.write, output.read, errors.read)
    }

    private static func makePipe() throws(PlugInLauncher.Refusal) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw PlugInLauncher.notConfined("pipe", errno) }
        // This process starts no other one meanwhile, so the flags can be set after pipe(2).
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
