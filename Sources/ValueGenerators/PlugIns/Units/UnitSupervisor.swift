import CLinux
import Glibc
import SecretMemory

/// Passes a unit's plug-in its question, collects its output, and ends all of its processes when the plug-in or the
/// daemon has ended.
struct UnitSupervisor {
    private let process: Int32
    private let stream: UnitStream
    /// The plug-in's streams; -1 once closed.
    private var input, output, errors: Int32
    /// How many bytes of the question are written.
    private var written = 0
    /// How many bytes of output are read.
    private var count = 0
    private var lines = StandardErrors()

    private init(_ plugIn: StartedPlugIn, _ stream: UnitStream) {
        (process, self.stream) = (plugIn.process, stream)
        (input, output, errors) = (plugIn.input, plugIn.output, plugIn.errors)
    }

    /// Runs until none of the plug-in's processes is left.
    ///
    /// - Parameter stream: The connection to the daemon, which sends nothing more: its end ends the plug-in.
    static func run(_ plugIn: StartedPlugIn, _ request: UnitRequest, _ stream: UnitStream) throws -> UnitResult {
        var supervisor = UnitSupervisor(plugIn, stream)
        var status: Int32 = 0
        // One byte more than is allowed, to notice too much.
        let output: LockedBytes
        do {
            output = try LockedBytes(count: PlugInProcess.outputLimit + 1) { buffer in
                status = request.withQuestion { supervisor.run($0, buffer) }
            }
        } catch {
            _ = Descendants(of: plugIn.process).end()
            throw error
        }
        let isTooMuch = supervisor.count > PlugInProcess.outputLimit
        return UnitResult(
            ending: isTooMuch ? .tooMuchOutput : UnitEnding(status: status),
            output: output,
            outputCount: isTooMuch ? 0 : supervisor.count,
            errors: supervisor.lines
        )
    }

    /// Returns the plug-in's waitpid(2) status.
    private mutating func run(_ question: UnsafeRawBufferPointer, _ buffer: UnsafeMutableRawBufferPointer) -> Int32 {
        let ended = clinux_open_process(process)
        // Without the descriptor its end could not be detected.
        if ended >= 0 { while waitForChange(ended, question, buffer) {} }
        Self.shut(&input)
        let status = Descendants(of: process).end()
        // What they have left in the pipes.
        while readOutput(buffer) {}
        while readErrors() {}
        return status
    }

    /// Waits for the next event.
    ///
    /// - Returns: Whether the plug-in still runs, and may go on.
    private mutating func waitForChange(
        _ ended: Int32,
        _ question: UnsafeRawBufferPointer,
        _ buffer: UnsafeMutableRawBufferPointer
    ) -> Bool {
        // poll(2) ignores -1.
        let (connection, reads) = (stream.descriptor, POLLIN)
        var entries = [(ended, reads), (connection, reads), (input, POLLOUT), (output, reads), (errors, reads)].map {
            pollfd(fd: $0, events: Int16($1), revents: 0)
        }
        guard poll(&entries, nfds_t(entries.count), -1) >= 0 else { return errno == EINTR }
        if entries[0].revents != 0 || entries[1].revents != 0 { return false }
        if entries[2].revents != 0 { write(question) }
        if entries[3].revents != 0 { _ = readOutput(buffer) }
        if entries[4].revents != 0 { _ = readErrors() }
        return count < buffer.count
    }

    private mutating func write(_ question: UnsafeRawBufferPointer) {
        let rest = UnsafeRawBufferPointer(rebasing: question[written...])
        let count = Glibc.write(input, rest.baseAddress, rest.count)
        if count > 0 { written += count }
        // A plug-in need not read its question.
        let isBroken = count < 0 && errno != EAGAIN && errno != EINTR
        if isBroken || written == question.count { Self.shut(&input) }
    }

    /// Reads a part of standard output.
    ///
    /// - Returns: Whether there may be more.
    private mutating func readOutput(_ buffer: UnsafeMutableRawBufferPointer) -> Bool {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[count...])
        guard output >= 0, !rest.isEmpty else { return false }
        let more = read(output, rest.baseAddress, rest.count)
        if more > 0 { count += more }
        return Self.goesOn(&output, more)
    }

    /// Reads a part of standard error; only its end is kept.
    private mutating func readErrors() -> Bool {
        guard errors >= 0 else { return false }
        var bytes = [UInt8](repeating: 0, count: StandardErrors.limit)
        let more = bytes.withUnsafeMutableBytes { read(errors, $0.baseAddress, $0.count) }
        if more > 0 { bytes.withUnsafeBytes { lines.append(UnsafeRawBufferPointer(rebasing: $0[..<more])) } }
        explicit_bzero(&bytes, bytes.count)
        return Self.goesOn(&errors, more)
    }

    /// Whether a stream goes on after read(2); closes it at its end.
    private static func goesOn(_ stream: inout Int32, _ count: Int) -> Bool {
        if count > 0 { return true }
        if count < 0 && errno == EINTR { return true }
        if count == 0 || errno != EAGAIN { shut(&stream) }
        return false
    }

    private static func shut(_ descriptor: inout Int32) {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }
}
