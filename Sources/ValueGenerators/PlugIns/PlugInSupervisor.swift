import CLinux
import Glibc

/// Hands a plug-in its question, and ends it and all of its processes when it has ended, or the daemon has.
struct PlugInSupervisor {
    /// The plug-in.
    let process: Int32
    /// The end of its standard input that is written to; -1 once all is written.
    private var feed: Int32
    /// What the daemon has sent and the plug-in has not been given yet.
    private var pending: [UInt8] = []
    /// Whether the question, which is one line, has come to its end.
    private var isQuestionWhole = false
    private static let chunk = 64 * 1024

    init(process: Int32, feed: Int32) {
        self.process = process
        self.feed = feed
    }

    /// Returns the plug-in's status once none of its processes is left.
    consuming func run() -> Int32 {
        let ended = clinux_open_process(process)
        // Without the descriptor nothing would tell of its end.
        if ended >= 0 { while waitForChange(ended) {} }
        explicit_bzero(&pending, pending.count)
        closeFeed()
        return Descendants(of: process).end()
    }

    /// Waits until something has come, and passes it on.
    ///
    /// - Returns: Whether the plug-in goes on.
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

    /// All of it is read at once, whether the plug-in reads or not: the daemon must not wait for that.
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
            // It does not read what it is asked; that is its own affair.
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
