import CLinux
import Glibc

/// Passes a plug-in its question, and ends all of its processes when the plug-in or the daemon has ended.
struct PlugInSupervisor {
    /// The plug-in's process ID.
    let process: Int32
    /// The writing end of its standard input; -1 once all is written.
    private var feed: Int32
    /// Bytes from the daemon that are not yet written to the plug-in.
    private var pending: [UInt8] = []
    /// Whether the question, which is one line, is complete.
    private var isQuestionWhole = false
    private static let chunk = 64 * 1024

    init(process: Int32, feed: Int32) {
        self.process = process
        self.feed = feed
    }

    /// Runs until none of the plug-in's processes is left, and returns its status.
    consuming func run() -> Int32 {
        let ended = clinux_open_process(process)
        // Without the descriptor its end could not be detected.
        if ended >= 0 { while waitForChange(ended) {} }
        explicit_bzero(&pending, pending.count)
        closeFeed()
        return Descendants(of: process).end()
    }

    /// Waits for the next event, and passes input to the plug-in.
    ///
    /// - Returns: Whether the plug-in still runs.
    private mutating func waitForChange(_ ended: Int32) -> Bool {
        var entries = [
            pollfd(fd: ended, events: Int16(POLLIN), revents: 0),
            pollfd(fd: Lifeline.descriptor, events: isQuestionWhole ? 0 : Int16(POLLIN), revents: 0),
            pollfd(fd: feed, events: pending.isEmpty ? 0 : Int16(POLLOUT), revents: 0),
        ]
        guard poll(&entries, 3, -1) >= 0 else { return errno == EINTR }
        if entries[0].revents != 0 || Lifeline.isCut(entries[1]) { return false }
        if entries[1].revents & Int16(POLLIN) != 0 { read() }
        if entries[2].revents != 0 { write() }
        return true
    }

    /// Reads all input at once, even if the plug-in does not read: the daemon must not wait for the plug-in.
    private mutating func read() {
        var buffer = [UInt8](repeating: 0, count: Self.chunk)
        let count = Glibc.read(Lifeline.descriptor, &buffer, buffer.count)
        if count > 0 {
            pending += buffer.prefix(count)
            isQuestionWhole = buffer[count - 1] == UInt8(ascii: "\n")
        }
        explicit_bzero(&buffer, buffer.count)
        if feed < 0 { pending.removeAll() }
    }

    private mutating func write() {
        let count = pending.isEmpty ? -1 : Glibc.write(feed, pending, pending.count)
        if count > 0 {
            pending.removeFirst(count)
        } else if count < 0, pending.isEmpty || (errno != EAGAIN && errno != EINTR) {
            // The plug-in does not read its question, which is allowed.
            pending.removeAll()
            closeFeed()
        }
        if pending.isEmpty && isQuestionWhole { closeFeed() }
    }

    private mutating func closeFeed() {
        if feed >= 0 { close(feed) }
        feed = -1
    }
}
