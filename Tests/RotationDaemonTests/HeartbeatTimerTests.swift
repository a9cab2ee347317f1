import RotationConfiguration
import RotationCore
import Synchronization
import TestSupport
import Testing

@testable import RotationDaemon

/// When a heartbeat is due, and what wakes up for it.
@Suite(.timeLimit(.minutes(1)))
struct HeartbeatTimerTests {
    /// A configuration that is reloaded, and the waits of a timer.
    private final class Settings: Sendable {
        let reloads = CommitStream(position: 0, capacity: 1)
        private let inForce = Mutex<Configuration.Heartbeat?>(nil)
        private let ends = Mutex<[ContinuousClock.Instant?]>([])

        /// What each wait was for: an instant, or nil for a reload alone.
        var waits: [ContinuousClock.Instant?] { ends.withLock { $0 } }

        func reload(_ interval: Duration?) {
            inForce.withLock { $0 = interval.map { .init(target: .file("/alive"), interval: $0) } }
            reloads.publish(Commit(number: reloads.position + 1, changes: .init()))
        }

        /// Runs a timer until it rings, which only a reload ends unless the wait is `real`.
        func timer(isReal: Bool = false) -> HeartbeatTimer {
            let real = HeartbeatTimer(settings: { nil }, reloads: reloads)
            return HeartbeatTimer(settings: { [self] in inForce.withLock { $0 } }, reloads: reloads) {
                [self] position, end in
                ends.withLock { $0.append(end) }
                await real.wait(position, isReal ? end : nil)
            }
        }
    }

    @Test func nothingWakesUpWithoutAHeartbeat() async throws {
        let settings = Settings()
        let timer = settings.timer(isReal: true)
        let ringing = Task { await timer.next() }
        try await eventually("it waits") { settings.waits.count == 1 }
        #expect(settings.waits == [nil])
        settings.reload(nil)
        try await eventually("it waits again") { settings.waits.count == 2 }
        #expect(settings.waits == [nil, nil])
        settings.reload(.milliseconds(1))
        #expect(await ringing.value != nil)
        #expect(settings.waits.dropFirst(2).allSatisfy { $0 != nil })
    }

    /// Otherwise frequent reloads would look like a daemon that does nothing.
    @Test func reloadThatChangesNothingPutsNothingOff() async throws {
        let settings = Settings()
        settings.reload(.seconds(3600))
        let timer = settings.timer()
        let ringing = Task { await timer.next() }
        try await eventually("it waits") { settings.waits.count == 1 }
        settings.reload(.seconds(3600))
        try await eventually("it waits again") { settings.waits.count == 2 }
        #expect(settings.waits[0] != nil && settings.waits[0] == settings.waits[1])
        settings.reload(.seconds(60))
        try await eventually("it waits for another instant") { settings.waits.count == 3 }
        let (first, last) = (try #require(settings.waits[0]), try #require(settings.waits[2]))
        #expect(last < first)
        settings.reload(nil)
        try await eventually("it waits for a reload") { settings.waits.count == 4 }
        #expect(settings.waits[3] == nil)
        ringing.cancel()
        #expect(await ringing.value == nil)
    }
}
