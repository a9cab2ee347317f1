import RotationCore

extension CommitStream {
    /// The continuation after a position; nil where an instant came first, or the task was cancelled.
    @discardableResult
    func next(after position: Int64, until end: ContinuousClock.Instant) async -> Next? {
        await withTaskGroup(of: Next?.self) { group in
            group.addTask { await self.next(after: position) }
            group.addTask {
                await Deadlines.shared.wait(until: end)
                return nil
            }
            defer { group.cancelAll() }
            let next = await group.next() ?? nil
            return Task.isCancelled ? nil : next
        }
    }
}
