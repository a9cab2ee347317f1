import RotationCore

extension CommitStream {
    /// Returns once there is something after a position, an instant has come, or the task is cancelled.
    func next(after position: Int64, until end: ContinuousClock.Instant) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await self.next(after: position) }
            group.addTask { try? await ContinuousClock().sleep(until: end) }
            _ = await group.next()
            group.cancelAll()
        }
    }
}
