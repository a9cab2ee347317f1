import CLinux
import Glibc

/// Writes records to journald's socket, and to standard error while it can't be reached.
///
/// Each record is sent to the socket's path anew, so that a journald that was restarted is found again at once. A write may
/// block, as one to standard error may: it belongs on the thread of a ``LogWriter``.
package final class JournalSocket: Sendable {
    /// Where journald listens.
    package static let standardPath = "/run/systemd/journal/socket"

    private let address: UnixAddress?
    private let descriptor: Int32
    private let fallBack: @Sendable (String) -> Void

    /// - Parameter fallBack: Writes a line with its priority, where the record can't be sent.
    package init(path: String = standardPath, fallBack: @escaping @Sendable (String) -> Void = { standardError($0) }) {
        address = UnixAddress(path)
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        self.fallBack = fallBack
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Writes a record.
    package func write(_ record: String) {
        if !send(Array(record.utf8)) { fallBack(JournalRecord.line(of: record)) }
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        guard let address, descriptor >= 0 else { return false }
        return address.with { address, length in
            while true {
                let count = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), address, length)
                if count >= 0 { return true }
                switch errno {
                case EINTR: continue
                // Too large for a datagram.
                case EMSGSIZE, ENOBUFS: return clinux_send_sealed(descriptor, address, length, bytes, bytes.count) == 0
                default: return false
                }
            }
        }
    }
}
