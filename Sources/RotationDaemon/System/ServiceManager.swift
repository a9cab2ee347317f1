import Dispatch
import Glibc

/// Notifies systemd of the service's state: datagrams to `$NOTIFY_SOCKET` (sd_notify(3)).
package struct ServiceManager: Sendable {
    private let address: String?
    /// The interval of systemd's watchdog; nil if it is off (`$WATCHDOG_USEC`, `$WATCHDOG_PID`).
    package let watchdogInterval: Duration?

    /// Reads the variables that systemd has set.
    package init(environment: [String: String]) {
        address = environment["NOTIFY_SOCKET"]
        let isForUs = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap(Int64.init) ?? 0
        watchdogInterval = isForUs && microseconds > 0 ? .microseconds(microseconds) : nil
    }

    /// The states that systemd knows.
    package enum State: Sendable {
        case ready
        case reloading
        case stopping
        case watchdog
        case status(String)

        /// The lines of the datagram.
        var text: String {
            switch self {
            case .ready: "READY=1"
            case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(monotonicMicroseconds())"
            case .stopping: "STOPPING=1"
            case .watchdog: "WATCHDOG=1"
            case .status(let text): "STATUS=\(text)"
            }
        }
    }

    /// Sends states in one datagram; does nothing without systemd.
    package func notify(_ states: State...) {
        guard let address else { return }
        send(states.map(\.text).joined(separator: "\n"), to: address)
    }

    private func send(_ text: String, to address: String) {
        guard let address = UnixAddress(address) else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // Non-blocking, so that a systemd that hangs can't block the daemon.
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let bytes = Array(text.utf8)
        _ = address.with { sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, $1) }
    }
}

/// `CLOCK_MONOTONIC`, which is Dispatch's uptime clock on Linux.
private func monotonicMicroseconds() -> UInt64 {
    DispatchTime.now().uptimeNanoseconds / 1000
}
