import ControlAPI
import Logging
import Notifications
import RotationConfiguration
import RotationCore
import RotationStore
import Scheduling

/// Keeps the board of conditions up to date: it reads the history after something was committed, or a value became overdue, through
/// a connection of its own.
///
/// A read is followed by a pause that is many times as long, so that it costs a small part of one core, however large the history
/// is and however much is committed.
struct ConditionWatch: Sendable {
    let board: ConditionBoard
    let stream: CommitStream
    let reader: HistoryQueue
    let configuration: @Sendable () -> Configuration
    let health: @Sendable () -> DaemonHealth
    let clock: any Clock
    let logger: Logger

    /// The shortest time between two reads, so that changes of one moment are in one message.
    private static let settling = Duration.seconds(1)
    /// How much longer a pause is than the read before it.
    private static let share = 20
    /// How often the daemon's health is looked at, which is in memory; and a read that has failed is tried again.
    private static let interval = Duration.seconds(30)

    /// Reads until the stream has ended, or the task is cancelled.
    func run() async {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let commits = Task { [stream] in
            var position = stream.position
            while true {
                switch await stream.next(after: position) {
                case .ended: return signal.finish()
                case .commits(let commits): position = commits.last?.number ?? position
                case .readAgain: position = stream.position
                }
                signal.yield()
                // Of the changes in between, one signal tells.
                guard (try? await Task.sleep(for: Self.settling)) != nil else { return }
            }
        }
        defer { commits.cancel() }
        signal.yield()
        var (known, position) = (OpenConditions?.none, stream.position)
        var alarm: Task<Void, Never>?
        defer { alarm?.cancel() }
        for await _ in signals {
            let (begun, newest) = (clock.uptime, stream.position)
            if newest != position || isStale(known), let fresh = await read() { (known, position) = (fresh, newest) }
            publish(known)
            let wait = untilNext(known)
            alarm?.cancel()
            alarm = Task {
                guard (try? await Task.sleep(for: wait)) != nil else { return }
                signal.yield()
            }
            guard (try? await Task.sleep(for: (clock.uptime - begun) * Self.share)) != nil else { return }
        }
    }

    /// Whether the history must be read although nothing was committed.
    private func isStale(_ known: OpenConditions?) -> Bool {
        guard let known else { return true }
        return known.nextOverdue.map { $0 <= clock.now } ?? false
    }

    /// The conditions of the history; nil where it can't be read.
    private func read() async -> OpenConditions? {
        let (configuration, now) = (configuration(), clock.now)
        do {
            return try await reader.read { try OpenConditions($0, configuration, now: now) }
        } catch {
            // The storage's own problem is told by the daemon's health.
            logger.debug("conditions can't be read", metadata: ["error": "\(error)"])
            return nil
        }
    }

    /// Puts the conditions on the board; until the history was read once, those of the daemon alone would look as if all else had
    /// ended.
    private func publish(_ known: OpenConditions?) {
        guard var conditions = known else { return }
        conditions.add(health())
        board.update(conditions.all)
    }

    private func untilNext(_ known: OpenConditions?) -> Duration {
        guard let next = known?.nextOverdue else { return Self.interval }
        return min(max(clock.now.duration(to: next), .milliseconds(1)), Self.interval)
    }
}
