import Glibc

/// The launcher's standard input: a pipe whose other end the daemon keeps open as long as the step may run.
///
/// The plug-in has its own pipe, so it can't open this one for writing.
enum Lifeline {
    /// The descriptor of the pipe.
    static let descriptor = STDIN_FILENO

    /// Whether the daemon's end is still open.
    static var isHeld: Bool {
        var entry = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&entry, 1, 0) >= 0 && !isCut(entry)
    }

    /// Whether the daemon has closed its end, or has ended.
    static func isCut(_ entry: pollfd) -> Bool {
        entry.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0
    }
}
