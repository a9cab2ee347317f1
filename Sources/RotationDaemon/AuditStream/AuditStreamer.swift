import Logging
import RotationConfiguration
import RotationCore
import RotationStore
import Scheduling

/// Sends each entry of the history to the receiver of `audit.stream`, in order, at least once.
///
/// It reads the stream of commits, and the history in slices where memory no longer holds it: nothing waits for the receiver. What
/// the receiver misses while it is away is sent when it is back.
struct AuditStreamer: Sendable {
    let settings: Configuration.AuditStream
    let stream: CommitStream
    let read: EntryFeed.Read
    let position: StreamPosition
    let standing: StreamStanding
    let logger: Logger
    var clock: any Clock = SystemClock()
    /// Waits, or throws when the task is cancelled.
    var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    /// The first and the longest wait after a failure; each is twice as long as the one before.
    var pauses: ClosedRange<Duration> = .milliseconds(500) ... .seconds(30)

    /// How many entries are sent before the receiver must have read them.
    private static let window = 64

    /// Sends until the stream has ended, or the task is cancelled.
    func run() async {
        var (wait, isAway) = (pauses.lowerBound, false)
        while !Task.isCancelled {
            do {
                let socket = try ReceiverSocket(path: settings.socket, pause: pause)
                standing.noteConnection()
                if isAway { logger.notice("the stream of entries is back", metadata: metadata) }
                isAway = false
                try await send(over: socket) { wait = pauses.lowerBound }
                return
            } catch {
                guard !Task.isCancelled else { return }
                standing.noteFailure("\(error)", at: clock.now)
                if !isAway {
                    let advice = "the stream of entries waits for its receiver: \(error)"
                    logger.warning("\(advice)", metadata: metadata)
                }
                isAway = true
            }
            do { try await pause(wait) } catch { return }
            wait = min(wait * 2, pauses.upperBound)
        }
    }

    private var metadata: Logger.Metadata { ["socket": "\(settings.socket)"] }

    /// Sends entries until the stream has ended.
    ///
    /// - Parameter whenRead: Called each time the receiver has read what was sent.
    private func send(over socket: ReceiverSocket, whenRead: () -> Void) async throws {
        var feed = EntryFeed(of: stream, after: try await start(), read: read)
        while let entries = try await feed.next() {
            for first in stride(from: 0, to: entries.count, by: Self.window) {
                let part = entries[first..<min(first + Self.window, entries.count)]
                standing.noteSent(at: clock.now)
                for entry in part { try await socket.send(message(entry, isDatagram: socket.isDatagram)) }
                try await socket.waitUntilRead()
                standing.noteRead()
                if let last = part.last { try position.write(.init(last)) }
                whenRead()
            }
        }
    }

    /// The number of the newest entry that need not be sent.
    ///
    /// A history that is another one than before is sent from its beginning.
    private func start() async throws -> Int64 {
        guard let kept = position.read() else { return 0 }
        guard let entry = try await read(kept.seq - 1, 1).first else {
            logger.warning("the stream of entries begins anew: the history is older than before", metadata: metadata)
            return 0
        }
        // An entry that was archived since is not there to be compared.
        guard entry.seq == kept.seq, StreamPosition.Content(entry) != kept else { return kept.seq }
        logger.warning("the stream of entries begins anew: the history is another one than before", metadata: metadata)
        return 0
    }

    private func message(_ entry: Commit.Entry, isDatagram: Bool) -> [UInt8] {
        switch settings.format {
        case .jsonl: return Array(entry.line.utf8) + (isDatagram ? [] : [0x0A])
        case .rfc5424:
            // What is no entry of ours is passed on as it is.
            let bytes = Array((SyslogMessage.text(line: entry.line) ?? entry.line).utf8)
            return isDatagram ? bytes : Array("\(bytes.count) ".utf8) + bytes
        }
    }
}
