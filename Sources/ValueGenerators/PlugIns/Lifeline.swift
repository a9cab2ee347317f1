import Glibc

/// The launcher's standard input: a pipe whose other end only the daemon holds, and keeps open while it wants the step.
///
/// The plug-in gets a pipe of its own, and so can't open this one for writing.
enum Lifeline {
    /// The descriptor.
    static let descriptor = STDIN_FILENO

    /// Whether the daemon still holds its end.
    static var isHeld: Bool {
        var entry = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&entry, 1, 0) >= 0 && !isCut(entry)
    }

    /// Whether the daemon has let go of its end, or has ended.
    static func isCut(_ entry: pollfd) -> Bool {
        entry.revents & Int16(POLLHUP | POLLERR | POLLNVAL) != 0
    }
}
