import Logging
import RotationDaemon
import Synchronization

/// Keeps log lines.
final class LogSink: Sendable {
    private let kept = Mutex<[String]>([])

    /// The lines so far.
    var lines: [String] { kept.withLock { $0 } }

    /// A logger that writes here.
    var logger: Logger {
        Logger(label: "test") { _ in
            LineLogHandler(format: .text, level: .trace) { [self] line in kept.withLock { $0.append(line) } }
        }
    }
}
