import RotationCore
import Scheduling
import Testing

struct BackOffTests {
    private static let retry = RetryPolicy(
        base: .seconds(1),
        cap: .seconds(8),
        attempts: 3,
        cycleDelays: [.seconds(60), .seconds(600)]
    )

    /// Fails `count` attempts and answers the waits between them, in milliseconds.
    private func waits(_ count: Int, _ kind: HubError.Kind, retryAfter: Duration? = nil) throws -> [Int64] {
        var driver = MachineDriver(confirm: false, retry: Self.retry)
        try driver.take(.generated, .staged)
        var waits: [Int64] = []
        for _ in 0..<count {
            try driver.take(.attemptStarted, MachineDriver.failed(kind, retryAfter: retryAfter))
            waits.append(driver.now.duration(to: try #require(driver.state.wakeAt)).milliseconds)
            try driver.wake()
        }
        return waits
    }

    @Test func waitsDoubleWithinACycleAndThenTheCycleIsPutOff() throws {
        // Half-way through the jitter: 0.5 s, 1 s, then the cycle's delay; the last delay repeats.
        let expected: [Int64] = [500, 1000, 60_000, 500, 1000, 600_000, 500, 1000, 600_000]
        #expect(try waits(9, .unavailable) == expected)
    }

    @Test func retryAfterIsAFloor() throws {
        let waits = try waits(2, .throttled, retryAfter: .seconds(30))
        #expect(waits.allSatisfy { $0 >= 30_000 && $0 <= 31_000 })
    }

    @Test func forbiddenWaitsForAWholeCycle() throws {
        #expect(try waits(2, .forbidden) == [60_000, 600_000])
    }

    @Test func noWaitIsEverZero() throws {
        var driver = MachineDriver(confirm: false, retry: Self.retry)
        try driver.take(.generated, .staged, .attemptStarted)
        try driver.state.handle(
            .attemptEnded(.failed(HubError(.unavailable))),
            plan: driver.plan,
            now: driver.now,
            fraction: 0
        )
        #expect(try #require(driver.state.wakeAt) > driver.now)
    }
}
