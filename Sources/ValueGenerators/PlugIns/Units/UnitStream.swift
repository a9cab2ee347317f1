import CLinux
import Glibc

/// One end of a connection between the daemon and a plug-in's unit; it does not own the descriptor.
struct UnitStream: Sendable {
    let descriptor: Int32

    /// Writes all bytes.
    ///
    /// - Returns: false if the other end is gone, or does not read before the deadline.
    func write(_ bytes: UnsafeRawBufferPointer, until deadline: ContinuousClock.Instant) -> Bool {
        var start = 0
        while start < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
            let count = clinux_send(descriptor, rest.baseAddress, rest.count)
            if count >= 0 {
                start += count
            } else if errno == EAGAIN {
                guard wait(for: POLLOUT, until: deadline) else { return false }
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }

    /// Writes a frame.
    ///
    /// - Parameter parts: The parts of its payload; they are not copied.
    func write(
        _ kind: UnitFrame.Kind,
        _ parts: [UnsafeRawBufferPointer],
        until deadline: ContinuousClock.Instant
    ) -> Bool {
        let header = UnitFrame.header(kind, length: parts.reduce(0) { $0 + $1.count })
        return header.withUnsafeBytes { write($0, until: deadline) } && parts.allSatisfy { write($0, until: deadline) }
    }

    /// Reads some bytes.
    ///
    /// - Returns: Their number, 0 at the end of the stream, -1 if none comes before the deadline.
    func read(_ buffer: UnsafeMutableRawBufferPointer, until deadline: ContinuousClock.Instant) -> Int {
        while true {
            let count = clinux_receive(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            if errno == EAGAIN {
                guard wait(for: POLLIN, until: deadline) else { return -1 }
            } else if errno != EINTR {
                return 0
            }
        }
    }

    /// Whether the other end is open, and has sent nothing that is not yet read.
    var isQuiet: Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) == 0
    }

    /// Returns false at the deadline.
    private func wait(for events: Int32, until deadline: ContinuousClock.Instant) -> Bool {
        while true {
            let left = deadline - ContinuousClock.now
            guard left > .zero else { return false }
            var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            // Rounded up: it must not return just before the deadline, again and again.
            let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1
            if poll(&entry, 1, Int32(clamping: milliseconds)) != 0 { return true }
        }
    }
}
