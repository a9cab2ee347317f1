import RotationConfiguration
import RotationCore

/// The instants at which a heartbeat is due, by the configuration in force.
///
/// A configuration without a heartbeat causes no wake-ups: it waits for the next reload.
struct HeartbeatTimer: Sendable {
    /// The settings in force; nil for no heartbeat.
    let settings: @Sendable () -> Configuration.Heartbeat?
    /// The reloads of the configuration, each as a commit without content.
    let reloads: CommitStream
    /// Returns after the next reload, or at an instant if there is one.
    let wait: @Sendable (_ position: Int64, _ end: ContinuousClock.Instant?) async -> Void

    init(settings: @escaping @Sendable () -> Configuration.Heartbeat?, reloads: CommitStream) {
        self.init(settings: settings, reloads: reloads) { position, end in
            if let end {
                await reloads.next(after: position, until: end)
            } else {
                _ = await reloads.next(after: position)
            }
        }
    }

    /// - Parameter wait: Returns after the next reload, or at an instant if there is one.
    init(
        settings: @escaping @Sendable () -> Configuration.Heartbeat?,
        reloads: CommitStream,
        wait: @escaping @Sendable (_ position: Int64, _ end: ContinuousClock.Instant?) async -> Void
    ) {
        (self.settings, self.reloads, self.wait) = (settings, reloads, wait)
    }

    /// Waits for the next instant; nil once the task is cancelled.
    ///
    /// A reload that changes something begins a new interval, and any other one does not.
    func next() async -> Void? {
        var known = settings()
        var due = known.map { ContinuousClock.now + $0.interval }
        while !Task.isCancelled {
            // First: a reload after this ends the wait.
            let position = reloads.position
            let inForce = settings()
            if inForce != known { (known, due) = (inForce, inForce.map { ContinuousClock.now + $0.interval }) }
            if let due, ContinuousClock.now >= due { return () }
            await wait(position, due)
        }
        return nil
    }
}
