import Logging
import Reporting
import RotationCore

/// Writes the metrics' file: when they have changed, at most every 15 seconds; and each minute, so that its age tells whether
/// the daemon lives.
struct TextfileWriter: Sendable {
    /// What node_exporter's textfile collector reads: only names that end in .prom, so no draft.
    let file: ReplacedFile
    /// The metrics of this instant.
    let metrics: @Sendable () async -> [MetricFamily]
    /// Has a new position whenever the metrics may have changed.
    let changes: CommitStream
    let logger: Logger
    /// The shortest time between two writes.
    var pace = Duration.seconds(15)
    /// The longest time between two writes.
    var longest = Duration.seconds(60)

    /// Writes until the task is cancelled.
    func run() async {
        var (last, writtenAt, hasFailed) = ("", ContinuousClock.now - longest, false)
        while !Task.isCancelled {
            let start = ContinuousClock.now
            // Read before the metrics: a change in between is seen in the next turn.
            let position = changes.position
            let families = await metrics()
            let text = Exposition.text(families.filter { !$0.isClock })
            if text != last || writtenAt + longest <= start {
                hasFailed = write(families, hasFailed)
                (last, writtenAt) = (text, start)
            }
            try? await ContinuousClock().sleep(until: start + pace)
            await changes.next(after: position, until: writtenAt + longest)
        }
    }

    /// - Returns: Whether it has failed; only the first failure is logged.
    private func write(_ families: [MetricFamily], _ hadFailed: Bool) -> Bool {
        do {
            try file.write(Exposition.text(families).utf8)
            return false
        } catch {
            if !hadFailed { logger.error("metrics can't be written: \(error)") }
            return true
        }
    }
}
